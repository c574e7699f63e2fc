#include "engine/data_model/frailty.hpp"

#include <cmath>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

double gamma_frailty(double variance, std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient) {
  return gamma_variable(variance, seed, replicate, patient, Purpose::data_model);
}

double gamma_variable(double variance, std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient,
                      Purpose purpose) {
  if (variance <= 0) return 1;
  const double shape = 1 / variance;
  const double raised = shape < 1 ? shape + 1 : shape;  // a shape below one is drawn one higher and brought down
  const double d = raised - 1.0 / 3;
  const double c = 1 / __builtin_sqrt(9 * d);
  constexpr std::uint16_t attempts = 1000;
  for (std::uint16_t attempt = 1; attempt <= attempts; ++attempt) {
    Address address{replicate, patient, purpose, attempt, 0};
    const double x = normals_at(seed, address)[0];
    address.block = 1;
    const double u = uniforms_at(seed, address)[0];
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (log_of(u) >= 0.5 * x * x + d - d * v + d * log_of(v)) continue;
    double gamma = d * v;
    if (shape < 1) gamma *= pow_of(uniforms_at(seed, {replicate, patient, purpose, 1, 2})[0], 1 / shape);
    return gamma * variance;
  }
  throw NumericalFailure("1000 attempts at a gamma variable failed");
}

double events_within(double part, double events, std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient) {
  if (part >= 1 || events == 0) return events;
  if (part <= 0) return 0;
  Address address{replicate, patient, Purpose::event_time, 0, 0};
  constexpr double one_by_one_up_to = 4096;
  if (events > one_by_one_up_to) {
    const double z = normal_quantile(uniforms_at(seed, address)[0]);
    const double within = std::floor(events * part + __builtin_sqrt(events * part * (1 - part)) * z + 0.5);
    return std::fmin(events, std::fmax(0.0, within));
  }
  double within = 0;
  for (int event = 0; event < static_cast<int>(events); address.block++) {
    for (const double time : uniforms_at(seed, address))
      if (event++ < static_cast<int>(events)) within += time <= part;
  }
  return within;
}

double poisson_events(double mean, double uniform) {
  constexpr double exact_up_to = 500;  // beyond it e^-mean nears the smallest double
  if (mean > exact_up_to)
    return std::floor(std::fmax(0.0, mean + __builtin_sqrt(mean) * normal_quantile(uniform) + 0.5));
  double probability = exp_of(-mean);
  double count = 0;
  for (double cumulative = probability; uniform >= cumulative && probability > 0; cumulative += probability) {
    count += 1;
    probability *= mean / count;
  }
  return count;
}

}  // namespace vcohort
