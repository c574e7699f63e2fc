#include "engine/analysis/competing_events.hpp"

#include <array>
#include <cmath>

#include "engine/analysis/event_times.hpp"

namespace vcohort::analysis {
namespace {

/// Who leaves an arm at one time, and why.
struct Leaving {
  double all = 0, events = 0, others = 0;  // of interest, and those that compete

  void count(const Dataset& data, int patient) {
    all += 1;
    events += data.event[patient] != 0;
    others += data.event[patient] == 0 && !data.competed.empty() && data.competed[patient] != 0;
  }
  double of_any_event() const { return events + others; }
};

/// One of two arms as Gray's test sees it, just before a time.
struct Side {
  double at_risk = 0, free = 1, incidence = 0;  // free: the share without any event

  bool empty() const { return !(at_risk > 0); }
  /// The arm as it would be if nobody left it but by events, and as it is without the event of interest.
  double undiminished() const { return empty() ? 0 : at_risk / free; }
  double at_risk_of_event() const { return undiminished() * (1 - incidence); }

  void pass(const Leaving& leaving) {
    if (!empty()) {
      incidence += free * leaving.events / at_risk;
      free *= 1 - leaving.of_any_event() / at_risk;
    }
    at_risk -= leaving.all;
  }
};

/// sum v (x + C w)^2 for a C that is known at the end.
struct LateSquares {
  double squares = 0, products = 0, weights = 0;

  void add(double x, double w, double v) {
    squares += v * x * x;
    products += v * x * w;
    weights += v * w * w;
  }
  double at(double c) const { return squares + c * (2 * products + c * weights); }
};

/// The smaller variance of events at one time.
double of_ties(double events, double among) {
  return events > 1 ? 1 - (events - 1) / (among - 1) : 1.0;
}

struct GraySums {
  double excess = 0, information = 0, variance = 0;

  void add_stratum(const Dataset& data, int arm, std::span<const int> patients);
};

/// Gray's variance for two arms: each event moves the score by what it adds at its time, h, and by what it changes in
/// the weights of later times, whose sum after it is C - c.
void GraySums::add_stratum(const Dataset& data, int arm, std::span<const int> patients) {
  std::array<Side, 2> sides;
  for (const int i : patients) sides[data.arm[i] == arm].at_risk += 1;
  double incidence = 0, c = 0;  // of both arms if they do not differ
  LateSquares squares;
  for (std::size_t next = 0; next < patients.size();) {
    const double time = data.time[patients[next]];
    std::array<Leaving, 2> leaving;
    for (; next < patients.size() && data.time[patients[next]] == time; ++next)
      leaving[data.arm[patients[next]] == arm].count(data, patients[next]);
    const double events = leaving[0].events + leaving[1].events;
    const double undiminished = sides[0].undiminished() + sides[1].undiminished();
    const double h = undiminished > 0 ? sides[0].undiminished() * sides[1].undiminished() / undiminished : 0.0;
    if (events > 0) {
      const double active = sides[1].at_risk_of_event();
      const double share = active / (active + sides[0].at_risk_of_event());
      excess += leaving[1].events - events * share;
      information += events * share * (1 - share);
      if (h > 0) c += h * events / (undiminished * (1 - incidence));
      incidence += events / undiminished;
    }
    for (std::size_t k = 0; k < sides.size(); ++k) {
      Side& side = sides[k];
      const Side before = side;
      side.pass(leaving[k]);
      if (before.empty()) continue;
      const double later = side.free > 0 ? (1 - incidence) / side.free : 0.0;
      if (events > 0)
        squares.add(
            h - (1 - later) * c, 1 - later,
            of_ties(events, undiminished * before.free) * before.free * events / (undiminished * before.at_risk));
      if (leaving[k].others > 0 && side.free > 0)
        squares.add(-later * c, later,
                    of_ties(leaving[k].others, before.at_risk) * before.free * before.free * leaving[k].others /
                        (before.at_risk * before.at_risk));
    }
  }
  variance += squares.at(c);
}

}  // namespace

IncidenceCurve incidence_curve(const Dataset& data, int arm, double until, Workspace& workspace) {
  IncidenceCurve curve;
  const ArmInTime in_time = arm_in_time(data, arm, workspace);
  const std::span<const int> patient = in_time.patient;
  curve.patients = static_cast<int>(patient.size());
  curve.failure = in_time.failure;
  if (curve.failure != Failure::none) return curve;

  LateSquares squares;  // of the incidence at the end
  double own = 0, free = 1;
  auto at_risk = static_cast<double>(patient.size());
  for (std::size_t next = 0; next < patient.size() && data.time[patient[next]] <= until;) {
    const double time = data.time[patient[next]];
    Leaving leaving;
    for (; next < patient.size() && data.time[patient[next]] == time; ++next) leaving.count(data, patient[next]);
    const double events = leaving.events, any = leaving.of_any_event();
    if (any > 0) {
      const double step = free * events / at_risk;
      curve.incidence += step;
      curve.events += static_cast<int>(events);
      own += free * step * (at_risk - events) / (at_risk * at_risk);
      // (F - F(s))^2 v - 2 (F - F(s)) S d1 / Y^2; nothing follows where all at risk have an event.
      if (any < at_risk) {
        const double v = any / (at_risk * (at_risk - any)), moved = step / at_risk / v;
        squares.add(-curve.incidence - moved, 1, v);
        own -= v * moved * moved;
      }
      free *= 1 - any / at_risk;
    }
    at_risk -= leaving.all;
  }
  if (free > 0 && data.time[patient.back()] < until) curve.failure = Failure::beyond_follow_up;
  curve.variance = std::max(0.0, squares.at(curve.incidence) + own);
  return curve;
}

Estimate incidence_difference(const Dataset& data, int arm, double until, const Inference& inference,
                              Workspace& workspace) {
  const IncidenceCurve active = incidence_curve(data, arm, until, workspace);
  const IncidenceCurve reference = incidence_curve(data, 0, until, workspace);
  const int patients = active.patients + reference.patients;
  for (const IncidenceCurve& curve : {reference, active})
    if (curve.failure != Failure::none) return failed(curve.failure, patients);
  if (active.events + reference.events == 0) return failed(Failure::no_events, patients);
  return wald(active.incidence - reference.incidence, std::sqrt(active.variance + reference.variance), normal_df,
              patients, inference, workspace);
}

Estimate gray_test(const Dataset& data, int arm, const Inference& inference, Workspace& workspace) {
  const PatientsInTime ordered = patients_in_time(data, arm, workspace);
  const int patients = static_cast<int>(ordered.patient.size());
  if (ordered.reference == 0 || ordered.active == 0) return failed(Failure::empty_arm, patients);
  if (!ordered.finite) return failed(Failure::not_finite, patients);
  GraySums sums;
  each_stratum(data, ordered.patient, [&](std::span<const int> stratum) { sums.add_stratum(data, arm, stratum); });
  if (!(sums.information > 0 && sums.variance > 0)) return undetermined(patients);
  return wald(sums.excess / sums.information, std::sqrt(sums.variance) / sums.information, normal_df, patients,
              inference, workspace);
}

void fit_gray(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
              std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return gray_test(data, arm, inference, workspace); });
}

void fit_cumulative_incidence(const Dataset& data, const Options& options, const Inference& inference,
                              Workspace& workspace, std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return incidence_difference(data, arm, options.horizon, inference, workspace); });
}

}  // namespace vcohort::analysis
