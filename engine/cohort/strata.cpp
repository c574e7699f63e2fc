#include "engine/cohort/strata.hpp"

#include <algorithm>
#include <array>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/require.hpp"
#include "engine/study/word.hpp"
#include "engine/therapy/beside_cells.hpp"

namespace vcohort {

namespace {

using Variable = StratumDimension::Variable;

/// Bins and the hidden one for the rest.
std::size_t bins_of(const StratumDimension& dimension) {
  return dimension.names.size() + 1;
}

template <class Inside>
std::size_t interval_of(const StratumDimension& dimension, const Inside& inside) {
  const auto found = std::find_if(dimension.intervals.begin(), dimension.intervals.end(), inside);
  return static_cast<std::size_t>(found - dimension.intervals.begin());
}

std::size_t bounded_interval_of(const StratumDimension& dimension, double value) {
  return interval_of(dimension, [&](const Interval& x) { return value >= x.low && value < x.high; });
}

std::size_t score_interval_of(const StratumDimension& dimension, double score) {
  return interval_of(dimension, [&](const Interval& x) { return score_inside(x, score); });
}

std::size_t group_of(const StratumDimension& dimension, int category) {
  const auto holds = [&](const std::vector<int>& group) {
    return std::find(group.begin(), group.end(), category) != group.end();
  };
  const auto found = std::find_if(dimension.groups.begin(), dimension.groups.end(), holds);
  return static_cast<std::size_t>(found - dimension.groups.begin());
}

std::size_t bin_of(const StratumDimension& dimension, const ChildTile& child, int lane) {
  const PatientTile& patient = child.patient;
  switch (dimension.variable) {
    case Variable::age_years:
      return bounded_interval_of(dimension, patient.age_years[lane]);
    case Variable::gmfm66:
      return score_interval_of(dimension, child.baseline_gmfm66[lane]);
    case Variable::gmfm88:
      return score_interval_of(dimension, child.baseline_gmfm88[lane]);
    case Variable::gmfcs:
      return group_of(dimension, patient.gmfcs[lane]);
    case Variable::injury:
      return group_of(dimension, patient.injury[lane]);
    case Variable::motor_type:
      return group_of(dimension, patient.motor_type[lane]);
    case Variable::sex:
      return group_of(dimension, patient.male[lane]);
    case Variable::genotype:
      return group_of(dimension, patient.carrier[lane]);
    case Variable::immune_suppressed:
      return group_of(dimension, patient.immune_suppressed[lane]);
    case Variable::inflammation:
      return bounded_interval_of(dimension, patient.inflammation[lane]);
    case Variable::months_since_injury:
      return patient.postneonatal[lane] ? bounded_interval_of(dimension, patient.months_since_injury[lane])
                                        : dimension.names.size();
    case Variable::topography:
      return group_of(dimension, patient.topography[lane]);
    case Variable::eligibility:
      return is_eligible(dimension.eligible, patient, lane) ? 0 : dimension.names.size();
  }
  throw InternalError("a stratum of an unknown variable");
}

/// What a bin's name says about: "age 0-3", "GMFCS I-III".
const char* label_of(Variable variable) {
  constexpr std::array<std::string_view, 13> labels = {"age ",
                                                       "GMFCS ",
                                                       "GMFM-66 ",
                                                       "GMFM-88 ",
                                                       "injury ",
                                                       "motor type ",
                                                       "sex ",
                                                       "genotype ",
                                                       "immune suppressed ",
                                                       "inflammation ",
                                                       "months since injury ",
                                                       "topography ",
                                                       "eligible for "};
  return word(labels, variable).data();
}

}  // namespace

StrataMap::StrataMap(std::span<const Stratification> stratifications)
    : stratifications_(stratifications.begin(), stratifications.end()) {
  if (stratifications_.empty()) stratifications_.push_back({});  // one leaf: all children
  for (const Stratification& stratification : stratifications_) {
    first_leaf_.push_back(leaves_);
    std::size_t product = 1;
    for (const StratumDimension& dimension : stratification.dimensions) product *= bins_of(dimension);
    leaves_ += product;
  }
  Stratum all{"", "all", {}};
  const std::size_t end = first_leaf_.size() > 1 ? first_leaf_[1] : leaves_;
  for (std::size_t leaf = 0; leaf < end; ++leaf) all.leaves.push_back(leaf);
  strata_.push_back(all);
  for (std::size_t k = 0; k < stratifications_.size(); ++k) list_strata(k);
}

void StrataMap::assign(std::size_t k, const ChildTile& child, std::uint32_t* leaf) const {
  const Stratification& stratification = stratifications_[k];
  std::fill_n(leaf, child.patient.lanes, std::uint32_t{0});
  for (const StratumDimension& dimension : stratification.dimensions) {
    const auto bins = static_cast<std::uint32_t>(bins_of(dimension));
    for (int i = 0; i < child.patient.lanes; ++i)
      leaf[i] = leaf[i] * bins + static_cast<std::uint32_t>(bin_of(dimension, child, i));
  }
  for (int i = 0; i < child.patient.lanes; ++i) leaf[i] += static_cast<std::uint32_t>(first_leaf_[k]);
}

std::size_t StrataMap::stratum_of_eligible(const std::string& stratification) const {
  const auto found = std::find_if(strata_.begin(), strata_.end(),
                                  [&](const Stratum& stratum) { return stratum.stratification == stratification; });
  require(found != strata_.end(), "the strata of a study include those of its eligibilities");
  return static_cast<std::size_t>(found - strata_.begin());
}

/// Every choice of one bin, or all bins, of each dimension - except "all of everything", which is the overall stratum.
void StrataMap::list_strata(std::size_t k) {
  const Stratification& stratification = stratifications_[k];
  const auto& dimensions = stratification.dimensions;
  std::vector<std::size_t> choice(dimensions.size(), 0);  // index of a bin; names.size() means all bins
  const auto advance = [&] {
    for (std::size_t d = dimensions.size(); d-- > 0;) {
      if (++choice[d] <= dimensions[d].names.size()) return true;
      choice[d] = 0;
    }
    return false;
  };
  if (dimensions.empty()) return;
  do {
    Stratum stratum{stratification.name, "", {}};
    std::vector<std::size_t> leaves{0};
    for (std::size_t d = 0; d < dimensions.size(); ++d) {
      const bool every = choice[d] == dimensions[d].names.size();
      if (!every) {
        if (!stratum.name.empty()) stratum.name += ", ";
        stratum.name += label_of(dimensions[d].variable) + dimensions[d].names[choice[d]];
      }
      std::vector<std::size_t> next;
      for (std::size_t leaf : leaves)
        for (std::size_t bin = every ? 0 : choice[d]; bin < (every ? bins_of(dimensions[d]) : choice[d] + 1); ++bin)
          next.push_back(leaf * bins_of(dimensions[d]) + bin);
      leaves = std::move(next);
    }
    if (stratum.name.empty()) continue;
    for (std::size_t leaf : leaves) stratum.leaves.push_back(first_leaf_[k] + leaf);
    strata_.push_back(std::move(stratum));
  } while (advance());
}

}  // namespace vcohort
