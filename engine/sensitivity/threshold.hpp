#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/sensitivity/movable_model.hpp"
#include "engine/sensitivity/parameter_move.hpp"
#include "engine/study/sensitivity_question.hpp"

namespace vcohort {

/// Where a parameter is searched: as asked for, or from a tenth to ten times its value as far as the model allows it.
std::pair<double, double> searched_range(const ThresholdSearch&, const ParameterMove&);

/// Threshold analysis: at which value of a parameter another strategy becomes the best one, of all strategies and of
/// each one and the reference; everything else stands at its point value.
///
/// One block searches one parameter: it looks at scan_points values from low to high (in equal ratios where the range
/// is wide) and, where the best strategy differs between neighbours, closes in on the switch by root finding (TOMS 748)
/// on the difference of net benefits, which has no noise between values, for the patients are the same. Switches that
/// come and go between two neighbours are not seen.
class Threshold final : public PolicyStage {
 public:
  /// The evidence has the parameters, and their ranges are neither empty nor beyond what the model allows.
  Threshold(MovableModel, const Evidence&, const std::vector<ThresholdSearch>&);

  std::string name() const override { return "threshold"; }
  std::int64_t blocks() const override { return static_cast<std::int64_t>(searches_.size()); }
  std::int64_t patients_in(std::int64_t) const override { return model_.patients * scan_points; }
  std::size_t counts() const override { return searches_.size() * questions() * counts_per_question; }
  std::size_t sums() const override { return searches_.size() * questions() * sums_per_question; }
  void simulate_block(std::int64_t block, TallyRegion) const override;
  std::vector<Table> deliver(TallyView, const PolicyOutcome&) const override;

  static constexpr std::int64_t scan_points = 17;
  static constexpr std::size_t most_switches = 4;  // of a question, that are kept; all are counted

 private:
  struct Search {
    ParameterMove move;
    double low, high;
  };
  struct Switch {
    double value = 0, mcse = 0;
    std::size_t below = 0, above = 0;  // the best strategies on both sides
  };
  class Seeker;

  // A question is a willingness to pay and a set of strategies: all of them, or one and the reference.
  std::size_t questions() const { return model_.willingness_to_pay.size() * model_.strategies.size(); }
  std::vector<std::size_t> strategies_of(std::size_t question) const;
  double willingness_of(std::size_t question) const;

  // Of a question: how many switches, the best strategy at the low end, and below and above of each switch.
  static constexpr std::size_t counts_per_question = 2 + 2 * most_switches;
  static constexpr std::size_t sums_per_question = 2 * most_switches;  // value and error of each

  MovableModel model_;
  ParameterValues points_;
  std::vector<Search> searches_;
};

}  // namespace vcohort
