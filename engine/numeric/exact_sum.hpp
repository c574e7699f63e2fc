#pragma once
#include <cstdint>

namespace vcohort {

/// A sum that is exact and associative: fixed point in 128 bits with a quantum of 2^-50, so that blocks, parts and
/// ranks may be combined in any order and give the same bits. Each double is rounded to the nearest quantum when it
/// enters (error at most 2^-51, ties to even); the range is +-1.5e23. A value that is not finite, or a sum that leaves
/// the range, throws NumericalFailure and changes nothing.
class ExactSum {
 public:
  void add(double value);
  void add(const ExactSum& other);
  double value() const;  // nearest double
  bool is_zero() const { return quanta_ == 0; }

  /// The 128 bits as two words, for storage; the low word first.
  std::uint64_t low() const { return static_cast<std::uint64_t>(quanta_); }
  std::int64_t high() const { return static_cast<std::int64_t>(quanta_ >> 64); }
  static ExactSum from_words(std::uint64_t low, std::int64_t high);

  friend bool operator==(const ExactSum&, const ExactSum&) = default;

 private:
  __extension__ __int128 quanta_ = 0;
};

}  // namespace vcohort
