#pragma once
#include <cstdint>

namespace vcohort::analysis {

/// Patients with the event and all patients, per arm: what a binary outcome comes to.
struct Table2x2 {
  std::int64_t events = 0;  // active arm
  std::int64_t patients = 0;
  std::int64_t reference_events = 0;
  std::int64_t reference_patients = 0;

  std::int64_t total() const { return patients + reference_patients; }
  std::int64_t total_events() const { return events + reference_events; }
  double difference() const {
    return static_cast<double>(events) / static_cast<double>(patients) -
           static_cast<double>(reference_events) / static_cast<double>(reference_patients);
  }
};

}  // namespace vcohort::analysis
