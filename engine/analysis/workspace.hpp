#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/analysis/table2x2.hpp"

namespace vcohort::analysis {

class Mmrm;
class Newton;

/// Scratch memory of one thread, and what is worth remembering between datasets. After the first dataset of the largest
/// size the methods do not allocate. Results never depend on what a workspace was used for before; a mixed model
/// belongs to the one analysis that the workspace serves.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// `n` doubles (ints, bytes) of slot `slot`, contents unspecified; valid until the same slot is asked for again.
  std::span<double> reals(std::size_t slot, std::size_t n) { return grown(reals_[slot], n); }
  std::span<int> integers(std::size_t slot, std::size_t n) { return grown(integers_[slot], n); }

  /// The two-sided critical value of Student's t: P(|T| > c) = p. Infinite df is the normal distribution. Remembered.
  double critical_value(double df, double p);

  /// Whether |t| >= critical_value(df, p). Between whole degrees of freedom a search is needed only where t lies
  /// between the critical values of the next whole ones.
  bool is_beyond(double t, double df, double p);

  /// The t whose upper tail is that of a standard normal z. Remembered.
  double statistic_at(double df, double z);

  /// Where a method keeps the distribution of the rank sum for two sample sizes; empty until it is computed.
  std::vector<double>& rank_sum_table(int smaller, int larger) { return rank_sum_tables_[{smaller, larger}]; }

  /// `n` empty tables.
  std::span<Table2x2> tables(std::size_t n) {
    tables_.assign(n, {});
    return tables_;
  }

  /// `n` views of columns.
  std::span<std::span<const double>> views(std::size_t n) {
    if (views_.size() < n) views_.resize(n);
    return std::span(views_).first(n);
  }

  /// What maximises the likelihood of regressions.
  Newton& newton() { return *newton_; }

  std::unique_ptr<Mmrm> mixed_model;  // made by the first dataset

  static constexpr std::size_t slots = 16;

 private:
  template <class T>
  static std::span<T> grown(std::vector<T>& buffer, std::size_t n) {
    if (buffer.size() < n) buffer.resize(n);
    return {buffer.data(), n};
  }

  struct WholeDf {
    double p = 0;
    std::vector<double> value;  // [df], 0 until it is computed
  };
  struct Remembered {
    double df = 0, of = 0, value = 0;
  };
  static constexpr std::size_t remembered = 256;  // trials of one design differ in few degrees of freedom
  using Memory = std::array<Remembered, remembered>;
  template <class Compute>
  static double remember(Memory&, double df, double of, Compute compute);

  std::unique_ptr<Newton> newton_;
  std::array<std::vector<double>, slots> reals_;
  std::array<std::vector<int>, slots> integers_;
  std::vector<Table2x2> tables_;
  std::vector<std::span<const double>> views_;
  Memory critical_{}, statistic_{};
  std::vector<WholeDf> whole_df_;  // of each p
  std::map<std::pair<int, int>, std::vector<double>> rank_sum_tables_;
};

}  // namespace vcohort::analysis
