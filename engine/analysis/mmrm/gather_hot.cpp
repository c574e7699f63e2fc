#include "engine/analysis/mmrm/gather_hot.hpp"

#include "engine/analysis/detail/lanes.hpp"

namespace vcohort::analysis::VCOHORT_INSTRUCTION_SET {
namespace {

/// Products of column `row` with the columns first .. first + `side` - 1, which share its loads.
template <int side>
[[gnu::always_inline]] inline void add_row(const double* row, const double* columns, long stride, int first, long n,
                                           double* gram) {
  Sums sum[side];
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      const long at = i + part * width;
      Doubles own;
      load(row, at, n, 0.0, own);
      for (int k = 0; k < side; ++k) {
        Doubles other;
        load(columns + (first + k) * stride, at, n, 0.0, other);
        sum[k].part[part] += own * other;
      }
    }
  }
  for (int k = 0; k < side; ++k) gram[first + k] += sum[k].total();
}

}  // namespace

void mark_seen(const double* __restrict outcome, long n, std::uint64_t bit, std::uint64_t* __restrict observed,
               double* sum, double* count) {
  Sums seen, number;
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      Doubles values;
      load(outcome, i + part * width, n, __builtin_nan(""), values);
      const Mask there = values == values;
      seen.part[part] += there ? values : Doubles{};
      number.part[part] += there ? Doubles{} + 1.0 : Doubles{};
    }
  }
  for (long i = 0; i < n; ++i) observed[i] |= outcome[i] == outcome[i] ? bit : std::uint64_t{0};
  *sum = seen.total();
  *count = number.total();
}

void keep_known(const int* code, long n, std::uint64_t* observed, int* seen, int* unseen) {
  long with = 0, without = 0;
  for (long i = 0; i < n; ++i) {
    const long known = code[i] >= 0 ? 1 : 0, has_one = observed[i] != 0 ? 1 : 0;
    with += known & has_one;
    without += known & (1 - has_one);
    observed[i] = known != 0 ? observed[i] : 0;
  }
  *seen = static_cast<int>(with);
  *unseen = static_cast<int>(without);
}

void squares_of_seen(const double* x, const std::uint64_t* observed, std::uint64_t bits, long n, double centre,
                     double* squares, double* count) {
  Sums sum, number;
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      Doubles values;
      Words words;
      load(x, i + part * width, n, 0.0, values);
      load(observed, i + part * width, n, std::uint64_t{0}, words);
      const Mask there = (words & bits) != 0;
      const Doubles rest = there ? values - centre : Doubles{};
      sum.part[part] += rest * rest;
      number.part[part] += there ? Doubles{} + 1.0 : Doubles{};
    }
  }
  *squares = sum.total();
  *count = number.total();
}

void standardise_in_order(const double* __restrict x, const std::uint64_t* __restrict observed, std::uint64_t bits,
                          const int* __restrict order, long n, double centre, double scale, double* __restrict out) {
  for (long i = 0; i < n; ++i) {
    const double value = (x[order[i]] - centre) / scale;
    out[i] = (observed[order[i]] & bits) != 0 ? value : 0.0;
  }
}

void add_products(const double* columns, long stride, int size, long first, long last, double* gram) {
  const long n = last - first;
  for (int row = 0; row < size; ++row, gram += size) {
    const double* own = columns + row * stride + first;
    int k = 0;
    for (; k + 4 <= row + 1; k += 4) add_row<4>(own, columns + first, stride, k, n, gram);
    for (; k <= row; ++k) add_row<1>(own, columns + first, stride, k, n, gram);
  }
}

}  // namespace vcohort::analysis::VCOHORT_INSTRUCTION_SET
