#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A claim that a study answers: which numbers of its result decide it, and which parameters carry it. Plain structs,
/// as validated.
namespace vcohort {

/// One number of a result.
struct ClaimNumber {
  enum class Table : std::uint8_t {
    increments,
    summary,
    harm,
    adverse_events,
    operating_characteristics
  } table = Table::increments;
  std::string column = "mean";       // "mean", "any_share", "power", ...
  std::string strategy;              // the arm, where the table is about a trial
  std::string reference;             // strategy that increments are taken against; empty: that of [cohort]
  std::string stratum = "all";       // not for a trial
  std::string endpoint;              // increments and summary
  double visit_months = 0;           // likewise
  std::int64_t sample_size = 0;      // of a trial
  std::int64_t grade = 0;            // of related adverse events of any type
  double share_of_visit_months = 0;  // above zero: divided by the same number at that visit
};

/// What decides: a number, or the difference of two.
struct ClaimContrast {
  std::string name;
  ClaimNumber of;
  std::optional<ClaimNumber> less;
  bool claimed_below = false;  // the claim says that the contrast is below zero
  double matters = 0;          // a contrast within +- this is nothing
};

/// A parameter that carries the claim, and the value at which it says nothing.
struct ClaimPremise {
  std::string parameter;
  double neutral = 0;
};

struct Claim {
  std::string words;  // of the article, in English
  std::vector<ClaimPremise> premises;
  std::vector<ClaimContrast> contrasts;  // the first decides
};

const char* name_of(ClaimNumber::Table);

}  // namespace vcohort
