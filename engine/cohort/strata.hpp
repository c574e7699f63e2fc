#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/development/development.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Which children a row of a table is about.
struct Stratum {
  std::string stratification;       // "" for the overall stratum
  std::string name;                 // "all", "GMFCS I-III", "age 0-3, GMFCS I-III"
  std::vector<std::size_t> leaves;  // whose sum it is
};

/// Strata as sums of leaves. A leaf is one combination of bins of one stratification; each dimension has a hidden last
/// bin for children whom none of its bins takes, so that the overall stratum is complete. Every child lies in exactly
/// one leaf of each stratification; tallies are kept per leaf, and margins are added up when a result is delivered.
class StrataMap {
 public:
  explicit StrataMap(std::span<const Stratification>);

  std::size_t stratifications() const { return first_leaf_.size(); }
  std::size_t leaves() const { return leaves_; }              // over all stratifications
  std::size_t first_leaf(std::size_t stratification) const {  // that of the next one is the end
    return stratification < first_leaf_.size() ? first_leaf_[stratification] : leaves_;
  }
  const std::vector<Stratum>& strata() const { return strata_; }
  const std::string& name_of(std::size_t stratification) const { return stratifications_[stratification].name; }
  /// The children who may have a strategy; only of a map that has them, see reported_stratifications().
  std::size_t stratum_of_eligible(const std::string& stratification) const;

  /// Leaf of each lane in one stratification, counted over all stratifications.
  void assign(std::size_t stratification, const ChildTile&, std::uint32_t* leaf) const;

 private:
  void list_strata(std::size_t stratification);

  std::vector<Stratification> stratifications_;
  std::vector<std::size_t> first_leaf_;
  std::size_t leaves_ = 0;
  std::vector<Stratum> strata_;
};

}  // namespace vcohort
