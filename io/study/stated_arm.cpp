#include "io/study/stated_arm.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/data_model/stated_effects.hpp"
#include "engine/numeric/elementary.hpp"
#include "io/study/number_text.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;
using DataArm = DataModel::DataArm;
using Numbers = std::vector<double>;

constexpr double rounding = 1e-12;  // of a product or sum of written decimals

/// Whether the numbers of an arm are there, of which nothing was refused.
bool is_whole(const DataModel& model, const DataArm& arm) {
  const std::size_t visits = model.visits_months.size();
  switch (model.kind) {
    case Kind::score:
      return visits > 0 && arm.mean.size() == visits && arm.sd.size() == visits;
    case Kind::binary:
      return visits > 0 && arm.share.size() == visits;
    case Kind::ordinal:
      return arm.share.size() > 1;
    case Kind::survival:
      return !arm.hazard.empty() && arm.hazard.size() == arm.hazard_from_months.size();
    case Kind::count:
      return arm.rate > 0;
  }
  return false;
}

/// The numbers of the first arm, changed at each visit after baseline by effect(number, visit, effect at this visit).
template <class Effect>
Numbers changed(const DataModel& model, const Numbers& first, const Numbers& effects, Effect effect) {
  Numbers numbers = first;
  std::size_t next = 0;
  for (std::size_t visit = 0; visit < numbers.size(); ++visit) {
    if (model.visits_months[visit] <= 0) continue;
    numbers[visit] = effect(first[visit], visit, effects[effects.size() == 1 ? 0 : next]);
    ++next;
  }
  return numbers;
}

/// Shares by a ratio or a difference, which may lead beyond 0 and 1.
template <class Effect>
void change_risk(const TableReader& table, std::string_view key, const DataModel& model, const Numbers& effects,
                 DataArm& arm, Effect effect) {
  if (effects.empty()) return;
  const DataArm& first = model.arms.front();
  std::size_t next = 0;
  arm.share = changed(model, first.share, effects, [&](double share, std::size_t visit, double by) {
    const double found = effect(share, by);
    const std::size_t item = next++;
    if (found >= -rounding && found <= 1 + rounding) return std::clamp(found, 0.0, 1.0);
    table.problems().add(item_place(table, key, item),
                         fmt::format("\"{}\" = {} leads to a share of {}", key, number_text(by), rounded_text(found)),
                         fmt::format("{} has {} at {} months", quoted(first.name), number_text(share),
                                     number_text(model.visits_months[visit])),
                         found > 1 ? "write a smaller one, or an odds_ratio" : "write a larger one, or an odds_ratio");
    return share;
  });
}

void resolve_scores(const TableReader& table, const StatedArm& stated, const DataModel& model, DataArm& arm) {
  const DataArm& first = model.arms.front();
  if (!stated.difference.empty())
    arm.mean = changed(model, first.mean, stated.difference,
                       [](double mean, std::size_t, double difference) { return mean + difference; });
  if (!stated.standardised_difference.empty())
    arm.mean =
        changed(model, first.mean, stated.standardised_difference,
                [&](double mean, std::size_t visit, double difference) { return mean + difference * first.sd[visit]; });
  if (!stated.geometric_mean_ratio.empty())
    arm.mean = changed(model, first.mean, stated.geometric_mean_ratio,
                       [](double mean, std::size_t, double ratio) { return mean + log_of(ratio); });
  if (!table.has("sd") && !stated.cv) arm.sd = first.sd;
}

/// Means and SDs of logarithms.
void resolve_logarithms(const StatedArm& stated, const DataModel& model, DataArm& arm) {
  for (const double mean : stated.geometric_mean) arm.mean.push_back(log_of(mean));
  if (!stated.cv) return;
  const std::size_t visits = model.visits_months.size();
  const double rho = visits == 2 && model.correlation.size() == 2 ? model.correlation[0][1] : 0.0;
  arm.sd.assign(visits, __builtin_sqrt(log_of(1 + *stated.cv * *stated.cv) / (1 - rho)));
}

void resolve_shares(const TableReader& table, const StatedArm& stated, const DataModel& model, DataArm& arm) {
  const DataArm& first = model.arms.front();
  if (!stated.odds_ratio.empty() && model.kind == Kind::ordinal)
    arm.share = categories_by_odds_ratio(first.share, stated.odds_ratio.front());
  if (!stated.odds_ratio.empty() && model.kind == Kind::binary)
    arm.share = changed(model, first.share, stated.odds_ratio,
                        [](double share, std::size_t, double ratio) { return share_by_odds_ratio(share, ratio); });
  change_risk(table, "risk_ratio", model, stated.risk_ratio, arm,
              [](double share, double ratio) { return share * ratio; });
  change_risk(table, "risk_difference", model, stated.risk_difference, arm,
              [](double share, double difference) { return share + difference; });
}

/// The hazard by a median, or by another share without the event.
void resolve_time(const StatedArm& stated, DataArm& arm) {
  if (stated.median_months) arm.hazard = {hazard_by_survival(0.5, *stated.median_months, arm.shape)};
  if (stated.survival_share && stated.survival_months)
    arm.hazard = {hazard_by_survival(*stated.survival_share, *stated.survival_months, arm.shape)};
}

/// Whether anything is relative to the first arm.
bool is_relative(const StatedArm& stated) {
  if (stated.rate_ratio) return true;
  for (const Numbers* effects : {&stated.hazard_ratio, &stated.odds_ratio, &stated.risk_ratio, &stated.risk_difference,
                                 &stated.difference, &stated.standardised_difference, &stated.geometric_mean_ratio})
    if (!effects->empty()) return true;
  return false;
}

}  // namespace

void resolve_arm(const TableReader& table, const DataModel& model, StatedArm& stated) {
  DataArm& arm = stated.arm;
  if (model.kind == Kind::survival) resolve_time(stated, arm);
  if (model.kind == Kind::score) resolve_logarithms(stated, model, arm);
  if (!is_relative(stated) || !is_whole(model, model.arms.front())) return;
  const DataArm& first = model.arms.front();
  switch (model.kind) {
    case Kind::score:
      return resolve_scores(table, stated, model, arm);
    case Kind::binary:
    case Kind::ordinal:
      return resolve_shares(table, stated, model, arm);
    case Kind::survival:
      multiply_hazard(first, stated.hazard_ratio, stated.hazard_ratio_from_months, arm);
      if (!table.has("cured")) arm.cured = first.cured;
      return;
    case Kind::count:
      arm.rate = first.rate * *stated.rate_ratio;
      if (!table.has("dispersion")) arm.dispersion = first.dispersion;
      return;
  }
}

}  // namespace vcohort
