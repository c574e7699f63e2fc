#include "engine/numeric/vector_math.hpp"

#include "engine/numeric/errors.hpp"
#include "engine/numeric/vector_math_hot.hpp"

namespace vcohort {
namespace {

long common_length(std::size_t first, std::size_t second) {
  if (first != second)
    throw InternalError(explain("arrays of different length", "element i of each belongs to lane i", ""));
  return static_cast<long>(first);
}

}  // namespace

void exp_of(std::span<const double> x, std::span<double> result) {
  exp_loop(x.data(), result.data(), common_length(x.size(), result.size()));
}

void log_of(std::span<const double> x, std::span<double> result) {
  log_loop(x.data(), result.data(), common_length(x.size(), result.size()));
}

void pow_of(std::span<const double> x, std::span<const double> y, std::span<double> result) {
  common_length(x.size(), y.size());
  pow_loop(x.data(), y.data(), result.data(), common_length(x.size(), result.size()));
}

void ilogit_of(std::span<const double> x, std::span<double> result) {
  ilogit_loop(x.data(), result.data(), common_length(x.size(), result.size()));
}

void logit_of(std::span<const double> p, std::span<double> result) {
  logit_loop(p.data(), result.data(), common_length(p.size(), result.size()));
}

void sincos_turns(std::span<const double> turns, std::span<double> sine, std::span<double> cosine) {
  common_length(turns.size(), sine.size());
  sincos_loop(turns.data(), sine.data(), cosine.data(), common_length(turns.size(), cosine.size()));
}

}  // namespace vcohort
