#include "engine/trial/accrual.hpp"

#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

AccrualProfile::AccrualProfile(const Accrual& accrual) : accrual_(accrual) {
  const auto& pieces = accrual.pieces;
  if (pieces.empty()) return;
  require(pieces.back().per_month > 0, "the last rate of accrual holds until everybody is randomised");
  double before = 0;
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    Segment segment;
    segment.from = pieces[k].from_months;
    segment.rate = pieces[k].per_month;
    segment.before = before;
    const bool last = k + 1 == pieces.size();
    segment.length = last ? std::numeric_limits<double>::infinity() : pieces[k + 1].from_months - segment.from;
    if (!last) {
      if (accrual.linear) segment.slope = (pieces[k + 1].per_month - segment.rate) / segment.length;
      before += segment.rate * segment.length + 0.5 * segment.slope * segment.length * segment.length;
    }
    segments_.push_back(segment);
  }
}

double AccrualProfile::months_until(double patients) const {
  if (segments_.empty()) return 0;
  std::size_t k = 0;
  while (k + 1 < segments_.size() && patients > segments_[k + 1].before) ++k;
  const Segment& segment = segments_[k];
  const double wanted = patients - segment.before;
  if (segment.slope == 0) return segment.from + wanted / segment.rate;
  // rate x + slope x^2 / 2 = wanted, in the form that does not cancel.
  const double root = __builtin_sqrt(segment.rate * segment.rate + 2 * segment.slope * wanted);
  return segment.from + 2 * wanted / (segment.rate + root);
}

double AccrualProfile::patients_until(double months) const {
  if (months < 0) return 0;
  if (segments_.empty()) return std::numeric_limits<double>::infinity();
  std::size_t k = 0;
  while (k + 1 < segments_.size() && months > segments_[k + 1].from) ++k;
  const Segment& segment = segments_[k];
  const double since = months - segment.from;
  return segment.before + segment.rate * since + 0.5 * segment.slope * since * since;
}

std::vector<double> AccrualProfile::beginnings() const {
  std::vector<double> months;
  for (const Segment& segment : segments_) months.push_back(segment.from);
  return months;
}

void AccrualProfile::randomised_at(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                                   std::vector<double>& months) const {
  months.assign(patients.size(), 0.0);
  if (segments_.empty()) return;
  if (accrual_.kind == Accrual::Kind::poisson) {
    TileAddress address;
    address.seed = seed;
    address.replicate = replicate;
    address.purpose = Purpose::accrual;
    shared_uniforms(address, patients, months.data());
    log_of(months, months);
    double expected = 0;
    for (double& month : months) month = months_until(expected -= month);
  } else {
    for (std::size_t i = 0; i < months.size(); ++i) months[i] = months_until(static_cast<double>(i + 1));
  }
}

}  // namespace vcohort
