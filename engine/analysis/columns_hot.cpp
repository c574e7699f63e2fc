#include "engine/analysis/columns_hot.hpp"

#include "engine/analysis/detail/lanes.hpp"

namespace vcohort::analysis::VCOHORT_INSTRUCTION_SET {
namespace {

/// The arms first .. first + `side` - 1, side by side so that their additions overlap.
template <int side>
[[gnu::always_inline]] inline void add_arms(const double* x, const int* code, long n, int first, double* sums) {
  Sums sum[side];
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      Doubles values;
      Codes codes;
      load(x, i + part * width, n, 0.0, values);
      load(code, i + part * width, n, -1, codes);
      const Mask of_arm = widened(codes);
      for (int k = 0; k < side; ++k) {
        const Mask own = of_arm == first + k;
        sum[k].part[part] += own ? values : Doubles{};
      }
    }
  }
  for (int k = 0; k < side; ++k) sums[first + k] = sum[k].total();
}

template <int side>
[[gnu::always_inline]] inline void centre_arms(const double* x, const int* code, long n, int first, const double* means,
                                               double* centred, double* sums, double* squares) {
  Sums sum[side], square[side];
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      const long at = i + part * width;
      Doubles values, all = {};
      Codes codes;
      load(x, at, n, 0.0, values);
      load(code, at, n, -1, codes);
      if (centred != nullptr && first > 0) load(centred, at, n, 0.0, all);
      const Mask of_arm = widened(codes);
      for (int k = 0; k < side; ++k) {
        const Mask own = of_arm == first + k;
        const Doubles rest = own ? values - means[first + k] : Doubles{};
        sum[k].part[part] += rest;
        square[k].part[part] += rest * rest;
        all = own ? rest : all;
      }
      if (centred != nullptr) store(centred, at, n, all);
    }
  }
  for (int k = 0; k < side; ++k) {
    sums[first + k] = sum[k].total();
    squares[first + k] = square[k].total();
  }
}

}  // namespace

void codes_of(const int* arm, long n, int* code) {
  for (long i = 0; i < n; ++i) code[i] = arm[i] < 0 ? -1 : arm[i];
}

void count_by_arm(const int* code, long n, int arms, double* counts) {
  int k = 0;
  for (; k + 2 <= arms; k += 2) {
    int count = 0, next = 0;
    for (long i = 0; i < n; ++i) {
      count += code[i] == k;
      next += code[i] == k + 1;
    }
    counts[k] = count;
    counts[k + 1] = next;
  }
  if (k == arms) return;
  int count = 0;
  for (long i = 0; i < n; ++i) count += code[i] == k;
  counts[k] = count;
}

void sums_by_arm(const double* x, const int* code, long n, int arms, double* sums) {
  int k = 0;
  for (; k + 2 <= arms; k += 2) add_arms<2>(x, code, n, k, sums);
  if (k < arms) add_arms<1>(x, code, n, k, sums);
}

void centre_by_arm(const double* x, const int* code, long n, int arms, const double* means, double* centred,
                   double* sums, double* squares) {
  int k = 0;
  for (; k + 2 <= arms; k += 2) centre_arms<2>(x, code, n, k, means, centred, sums, squares);
  if (k < arms) centre_arms<1>(x, code, n, k, means, centred, sums, squares);
}

void pair_by_arm(const double* x, const double* y, const int* code, long n, const double* counts, PairOfColumns* out) {
  constexpr int arms = 2, columns = 2;
  const double* const column[columns] = {x, y};
  Sums first[columns][arms];
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      Codes codes;
      load(code, i + part * width, n, -1, codes);
      const Mask of_arm = widened(codes);
      for (int c = 0; c < columns; ++c) {
        Doubles values;
        load(column[c], i + part * width, n, 0.0, values);
        for (int k = 0; k < arms; ++k) {
          const Mask own = of_arm == k;
          first[c][k].part[part] += own ? values : Doubles{};
        }
      }
    }
  }
  for (int c = 0; c < columns; ++c)
    for (int k = 0; k < arms; ++k) out->means[c][k] = counts[k] > 0 ? first[c][k].total() / counts[k] : 0.0;
  Sums sum[columns][arms], square[columns][arms], product;
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      const long at = i + part * width;
      Codes codes;
      load(code, at, n, -1, codes);
      const Mask of_arm = widened(codes);
      Doubles rest[columns] = {};
      for (int c = 0; c < columns; ++c) {
        Doubles values;
        load(column[c], at, n, 0.0, values);
        for (int k = 0; k < arms; ++k) {
          const Mask own = of_arm == k;
          const Doubles here = own ? values - out->means[c][k] : Doubles{};
          sum[c][k].part[part] += here;
          square[c][k].part[part] += here * here;
          rest[c] = own ? here : rest[c];
        }
      }
      product.part[part] += rest[0] * rest[1];
    }
  }
  for (int c = 0; c < columns; ++c)
    for (int k = 0; k < arms; ++k) {
      out->sums[c][k] = sum[c][k].total();
      out->squares[c][k] = square[c][k].total();
    }
  out->product = product.total();
}

double product_of(const double* x, const double* y, long n) {
  Sums sum;
  for (long i = 0; i < n; i += lanes) {
    for (int part = 0; part < parts; ++part) {
      Doubles left, right;
      load(x, i + part * width, n, 0.0, left);
      load(y, i + part * width, n, 0.0, right);
      sum.part[part] += left * right;
    }
  }
  return sum.total();
}

}  // namespace vcohort::analysis::VCOHORT_INSTRUCTION_SET
