#include "engine/study/fleming_harrington.hpp"

#include "engine/numeric/elementary.hpp"

namespace vcohort {
namespace {

double power(double x, double y) {
  constexpr double half = 0.5;
  if (y == 0) return 1;
  if (y == 1) return x;
  return y == half ? __builtin_sqrt(x) : pow_of(x, y);
}

}  // namespace

double weight_at(const FlemingHarrington& weight, double survival) {
  return power(survival, weight.rho) * power(1 - survival, weight.gamma);
}

}  // namespace vcohort
