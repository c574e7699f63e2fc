#include "engine/policy/budget_impact.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

/// The last value goes on.
double in_year(const std::vector<double>& values, std::size_t year) {
  return values[std::min(year, values.size() - 1)];
}

/// Children who wait: those who have not asked yet, and those who were put off.
struct Waiting {
  double silent = 0, asking = 0;

  double all() const { return silent + asking; }
};

/// The waiting by year of age, the youngest first. Of the oldest year of age only a part may be eligible.
class Pool {
 public:
  Pool(std::size_t ages, double part_of_oldest) : of_age_(ages), part_of_oldest_(part_of_oldest) {}

  std::vector<Waiting>& ages() { return of_age_; }
  double all() const {
    double total = 0;
    for (const Waiting& waiting : of_age_) total += waiting.all();
    return total;
  }
  double asking() const {
    double total = 0;
    for (const Waiting& waiting : of_age_) total += waiting.asking;
    return total;
  }
  double silent() const {
    double total = 0;
    for (const Waiting& waiting : of_age_) total += waiting.silent;
    return total;
  }

  /// `uptake` of the silent ask; of those put off before and of the new ones these shares get their turn. Returns
  /// turns.
  double serve(double uptake, double served_old, double served_new) {
    double turns = 0;
    for (Waiting& waiting : of_age_) {
      const double old = waiting.asking, fresh = uptake * waiting.silent;
      const double here = served_old * old + served_new * fresh;
      waiting.silent -= fresh;
      waiting.asking = old + fresh - here;
      turns += here;
    }
    return turns;
  }

  /// A year passes. Returns those who died, then those who became too old.
  std::array<double, 2> grow_older(double survival) {
    std::array<double, 2> lost{};
    lost[0] = (1 - survival) * all();
    for (Waiting& waiting : of_age_) {
      waiting.silent *= survival;
      waiting.asking *= survival;
    }
    lost[1] = of_age_.back().all();
    if (of_age_.size() > 1) {
      Waiting& next_to_oldest = of_age_[of_age_.size() - 2];
      lost[1] += (1 - part_of_oldest_) * next_to_oldest.all();
      next_to_oldest.silent *= part_of_oldest_;
      next_to_oldest.asking *= part_of_oldest_;
    }
    std::rotate(of_age_.begin(), of_age_.end() - 1, of_age_.end());
    of_age_.front() = {};
    return lost;
  }

 private:
  std::vector<Waiting> of_age_;
  double part_of_oldest_;
};

/// Children who come back for what they had, by part of the mix.
class Returns {
 public:
  Returns(std::size_t parts, std::size_t years) : waiting_(parts), served_(parts, std::vector<double>(years)) {}

  void come(std::size_t part, double children) { waiting_[part].silent += children; }
  double fresh() const { return total(&Waiting::silent); }
  double put_off() const { return total(&Waiting::asking); }
  double served(std::size_t part, std::size_t year) const { return served_[part][year]; }

  /// Those who have come ask; of those put off before and of them these shares get their turn. Returns turns.
  double serve(std::size_t year, double served_old, double served_new) {
    double turns = 0;
    for (std::size_t part = 0; part < waiting_.size(); ++part) {
      Waiting& of = waiting_[part];
      const double here = served_old * of.asking + served_new * of.silent;
      of = {0, of.all() - here};
      served_[part][year] = here;
      turns += here;
    }
    return turns;
  }

  void grow_older(double survival) {
    for (Waiting& of : waiting_) of.asking *= survival;
  }

 private:
  double total(double Waiting::*which) const {
    double children = 0;
    for (const Waiting& of : waiting_) children += of.*which;
    return children;
  }

  std::vector<Waiting> waiting_;
  std::vector<std::vector<double>> served_;  // [part][year]
};

double share(double part, double whole) {
  return whole > 0 ? part / whole : 0.0;
}

}  // namespace

std::vector<BudgetYear> budget_flow(const BudgetQuestion& question, const std::vector<MixShare>& mix,
                                    const std::vector<bool>& with_cells, const YearlyCosts& costs,
                                    double annual_survival) {
  const double span = question.to_age_years - question.from_age_years;
  const auto ages = static_cast<std::size_t>(std::max(1.0, std::ceil(span)));
  const double part_of_oldest = span - static_cast<double>(ages - 1);
  constexpr double thousand = 1000;
  const double entering = question.births_per_year * question.prevalence_per_1000 / thousand * question.eligible_share *
                          pow_of(annual_survival, question.from_age_years);
  Pool backlog(ages, part_of_oldest), births(ages, part_of_oldest);
  for (std::size_t age = 0; age < ages; ++age)
    backlog.ages()[age].silent = entering * pow_of(annual_survival, static_cast<double>(age + 1));
  backlog.ages().back().silent *= part_of_oldest;
  const double there = backlog.all();
  if (question.backlog && there > 0)
    for (Waiting& waiting : backlog.ages()) waiting.silent *= *question.backlog / there;
  const double backlog_at_start = backlog.all();

  const auto years = static_cast<std::size_t>(question.years);
  const auto pause = static_cast<std::size_t>(question.retreat_after_years.value_or(0));
  std::vector<double> first(years);  // turns
  Returns returns(mix.size(), years);
  std::vector<BudgetYear> flow(years);
  for (std::size_t year = 0; year < years; ++year) {
    BudgetYear& now = flow[year];
    births.ages().front().silent += entering;
    now.waiting_backlog = backlog.all();
    now.waiting_births = births.all();
    const double uptake = in_year(question.uptake, year);
    if (question.retreat_after_years && year >= pause) {
      const double back =
          question.retreat_share * first[year - pause] * pow_of(annual_survival, static_cast<double>(pause));
      for (std::size_t part = 0; part < mix.size(); ++part)
        if (with_cells[static_cast<std::size_t>(mix[part].strategy)])
          returns.come(part, back * in_year(mix[part].shares, year - pause));
    }
    const double old = backlog.asking() + births.asking() + returns.put_off();
    const double fresh = uptake * (backlog.silent() + births.silent()) + returns.fresh();
    const double capacity = question.capacity.empty() ? old + fresh : in_year(question.capacity, year);
    const double served = std::min(capacity, old);
    const double served_old = share(served, old);
    const double served_new = share(std::min(capacity - served, fresh), fresh);
    now.asked = old + fresh;
    now.turns_backlog = backlog.serve(uptake, served_old, served_new);
    now.turns_births = births.serve(uptake, served_old, served_new);
    now.returns = returns.serve(year, served_old, served_new);
    now.put_off = backlog.asking() + births.asking() + returns.put_off();
    first[year] = now.turns_backlog + now.turns_births;
    for (Pool* pool : {&backlog, &births}) {
      const auto [died, aged_out] = pool->grow_older(annual_survival);
      now.died += died;
      now.aged_out += aged_out;
    }
    returns.grow_older(annual_survival);
    now.care_without = backlog_at_start * costs.care_without[year];
    for (std::size_t begun = 0; begun <= year; ++begun) {
      const std::size_t since = year - begun;
      now.care_without += entering * costs.care_without[since];
      for (std::size_t part = 0; part < mix.size(); ++part) {
        const auto strategy = static_cast<std::size_t>(mix[part].strategy);
        const double treatment = costs.treatment[strategy][since];
        const double turns = in_year(mix[part].shares, begun) * first[begun];
        now.treatment_cost += treatment * (turns + returns.served(part, begun));
        now.care_change += (costs.care[strategy][since] - costs.care_without[since]) * turns;
      }
    }
  }
  return flow;
}

}  // namespace vcohort
