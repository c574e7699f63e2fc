#pragma once
#include <cstddef>
#include <span>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/estimate.hpp"
#include "engine/analysis/workspace.hpp"

namespace vcohort::analysis {

/// The patients of two arms whose time, and stratum where there are strata, is known: sorted by stratum and then time.
struct PatientsInTime {
  std::span<const int> patient;
  int reference = 0, active = 0;
  bool finite = true;
};

/// In slot 0 of the integers.
PatientsInTime patients_in_time(const Dataset& data, int arm, Workspace& workspace);

/// The patients of one arm whose time is known, by time.
struct ArmInTime {
  std::span<const int> patient;
  Failure failure = Failure::none;  // empty_arm; not_finite for an infinite time
};

/// In slot 0 of the integers.
ArmInTime arm_in_time(const Dataset& data, int arm, Workspace& workspace);

/// Those at risk, and those who have the event, at one time.
struct EventTime {
  double time = 0;
  double at_risk = 0, active_at_risk = 0;  // a censoring at this time counts as at risk
  double events = 0, active_events = 0;

  /// Of the events among those at risk, what the active arm is expected to have.
  double share() const { return active_at_risk / at_risk; }
  /// The hypergeometric variance of the active arm's events.
  double variance() const;
};

/// Calls visit(EventTime) for every time at which somebody has the event; `patients` are sorted by time.
template <class Visit>
void each_event_time(const Dataset& data, int arm, std::span<const int> patients, Visit visit) {
  EventTime here;
  here.at_risk = static_cast<double>(patients.size());
  for (const int i : patients) here.active_at_risk += data.arm[i] == arm;
  for (std::size_t first = 0; first < patients.size();) {
    here.time = data.time[patients[first]];
    double leaving = 0, active_leaving = 0;
    here.events = here.active_events = 0;
    std::size_t next = first;
    for (; next < patients.size() && data.time[patients[next]] == here.time; ++next) {
      const int i = patients[next];
      const bool active = data.arm[i] == arm, event = data.event[i] != 0;
      leaving += 1;
      active_leaving += active;
      here.events += event;
      here.active_events += active && event;
    }
    first = next;
    if (here.events > 0) visit(here);
    here.at_risk -= leaving;
    here.active_at_risk -= active_leaving;
  }
}

/// Calls visit(patients) for each stratum; once where there are none.
template <class Visit>
void each_stratum(const Dataset& data, std::span<const int> patients, Visit visit) {
  for (std::size_t begin = 0; begin < patients.size();) {
    std::size_t end = begin;
    if (data.stratum.empty()) {
      end = patients.size();
    } else {
      const int stratum = data.stratum[patients[begin]];
      while (end < patients.size() && data.stratum[patients[end]] == stratum) ++end;
    }
    visit(patients.subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace vcohort::analysis
