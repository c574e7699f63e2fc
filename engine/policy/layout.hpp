#pragma once
#include <cstddef>

namespace vcohort {

/// Where each number of a policy question stands in its tally. Shapes, slowest index first:
///   counts  children [draw][leaf]; gains [leaf][strategy][which]; worth [leaf][strategy][threshold]
///   sums    consequences [draw][leaf][strategy][cost, effect]; products [leaf][pair of increments]; what every child
///   would
///           gain over the reference under its best strategy [draw][threshold]; money by year
///           [strategy][year][treatment, care]; person-years [year];
///           care without any effect [year];
///           what [strategy][total] is made of, see Total, and discounted life years
///
/// A pair is an element of the lower triangle of the matrix of (cost of each strategy, then effect of each), where
/// those of all strategies but the reference are increments over it: twins differ by little, and products of increments
/// cancel nothing.
class PolicyLayout {
 public:
  enum Gain : std::size_t { benefited, harmed, gains };
  enum Consequence : std::size_t { cost, effect, consequences };
  enum Money : std::size_t { treatment, care, moneys };
  /// Of a strategy: components of the cost, discounted, then not; then the effect, not discounted.
  enum Total : std::size_t { component = 0, component_undiscounted = 9, effect_undiscounted = 18, totals };

  PolicyLayout(std::size_t draws, std::size_t leaves, std::size_t strategies, std::size_t thresholds, std::size_t years)
      : draws_(draws), leaves_(leaves), strategies_(strategies), thresholds_(thresholds), years_(years) {
    gains_ = draws_ * leaves_;
    worth_ = gains_ + leaves_ * strategies_ * gains;
    counts_ = worth_ + leaves_ * strategies_ * thresholds_;
    products_ = draws_ * leaves_ * strategies_ * consequences;
    best_ = products_ + leaves_ * pairs();
    money_ = best_ + draws_ * thresholds_;
    person_years_ = money_ + strategies_ * years_ * moneys;
    care_without_ = person_years_ + years_;
    totals_ = care_without_ + years_;
    life_years_ = totals_ + strategies_ * totals;
    sums_ = life_years_ + 1;
  }

  std::size_t children(std::size_t draw, std::size_t leaf) const { return draw * leaves_ + leaf; }
  std::size_t gain(std::size_t leaf, std::size_t strategy, Gain which) const {
    return gains_ + (leaf * strategies_ + strategy) * gains + which;
  }
  std::size_t worth(std::size_t leaf, std::size_t strategy, std::size_t threshold) const {
    return worth_ + (leaf * strategies_ + strategy) * thresholds_ + threshold;
  }
  std::size_t consequence(std::size_t draw, std::size_t leaf, std::size_t strategy, Consequence which) const {
    return ((draw * leaves_ + leaf) * strategies_ + strategy) * consequences + which;
  }
  std::size_t product(std::size_t leaf, std::size_t pair) const { return products_ + leaf * pairs() + pair; }
  std::size_t best(std::size_t draw, std::size_t threshold) const { return best_ + draw * thresholds_ + threshold; }
  std::size_t money(std::size_t strategy, std::size_t year, Money which) const {
    return money_ + (strategy * years_ + year) * moneys + which;
  }
  std::size_t person_years(std::size_t year) const { return person_years_ + year; }
  std::size_t care_without(std::size_t year) const { return care_without_ + year; }
  std::size_t total(std::size_t strategy, std::size_t which) const { return totals_ + strategy * totals + which; }
  std::size_t life_years_discounted() const { return life_years_; }

  std::size_t draws() const { return draws_; }
  std::size_t leaves() const { return leaves_; }
  std::size_t strategies() const { return strategies_; }
  std::size_t thresholds() const { return thresholds_; }
  std::size_t years() const { return years_; }
  std::size_t columns() const { return consequences * strategies_; }  // of the matrix of products
  std::size_t pairs() const { return columns() * (columns() + 1) / 2; }
  std::size_t counts() const { return counts_; }
  std::size_t sums() const { return sums_; }

 private:
  std::size_t draws_, leaves_, strategies_, thresholds_, years_;
  std::size_t gains_ = 0, worth_ = 0, counts_ = 0;
  std::size_t products_ = 0, best_ = 0, money_ = 0, person_years_ = 0, care_without_ = 0, totals_ = 0, life_years_ = 0,
              sums_ = 0;
};

}  // namespace vcohort
