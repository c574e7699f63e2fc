#include "engine/analysis/distribution.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>

#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

namespace policies = boost::math::policies;
/// Double throughout: promotion to the x87 type costs a factor of five and no method here needs the digits.
using Policy =
    policies::policy<policies::promote_double<false>, policies::domain_error<policies::ignore_error>,
                     policies::pole_error<policies::ignore_error>, policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>,
                     policies::indeterminate_result_error<policies::ignore_error>>;
using ChiSquared = boost::math::chi_squared_distribution<double, Policy>;

const double square_root_of_two = std::sqrt(2.0);

}  // namespace

double normal_below(double z) {
  return 0.5 * boost::math::erfc(-z / square_root_of_two, Policy());
}
double normal_above(double z) {
  return 0.5 * boost::math::erfc(z / square_root_of_two, Policy());
}
double normal_quantile(double p) {
  return -square_root_of_two * boost::math::erfc_inv(2 * p, Policy());
}

double student_above(double t, double df) {
  const double above = vcohort::student_two_sided(t, df) / 2;
  return t >= 0 ? above : 1 - above;
}

}  // namespace vcohort::analysis
