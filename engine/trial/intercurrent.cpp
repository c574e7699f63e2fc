#include "engine/trial/intercurrent.hpp"

#include <algorithm>
#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

using Kind = IntercurrentEvent::Kind;
using EventStrategy = IntercurrentEvent::Strategy;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr int uniforms_per_block = 4;

/// No change for a score, the worst category otherwise.
double worst_value(const Protocol& protocol, std::size_t slot, double baseline) {
  switch (protocol.kind[slot]) {
    case OutcomeKind::score:
      return baseline;
    case OutcomeKind::binary:
    case OutcomeKind::ordinal:
      return protocol.lower_is_better[slot] ? protocol.maximum[slot] : protocol.minimum[slot];
    case OutcomeKind::survival:
    case OutcomeKind::count:
      break;
  }
  return missing;
}

}  // namespace

IntercurrentEvents::IntercurrentEvents(const Protocol& protocol, TrialSource& source)
    : protocol_(protocol), source_(source) {
  const std::size_t events = protocol.design.intercurrent.size();
  require(events == 0 || protocol.by_visit(), "intercurrent events happen between visits");
  uniform_.resize(events);
  months_.resize(events);
  infusion_uniform_.resize(events);
  for (std::size_t a = 0; a < protocol.arms(); ++a)
    infusions_ = std::max(infusions_, static_cast<int>(source.infusion_months(static_cast<int>(a)).size()));
}

double IntercurrentEvents::share_of(std::size_t event, int arm) const {
  const IntercurrentEvent& here = protocol_.design.intercurrent[event];
  return here.arm_share.empty() ? here.share : here.arm_share[static_cast<std::size_t>(arm)];
}

void IntercurrentEvents::draw(std::uint32_t replicate, std::span<const std::uint64_t> patients) {
  replicate_ = replicate;
  patients_.assign(patients.begin(), patients.end());
  const int lanes = static_cast<int>(patients.size());
  TileAddress address;
  address.seed = protocol_.seed;
  address.replicate = replicate;
  address.purpose = Purpose::intercurrent;
  for (std::size_t k = 0; k < uniform_.size(); ++k) {
    address.occasion = static_cast<std::uint16_t>(k);
    address.block = 0;
    if (protocol_.design.intercurrent[k].kind != Kind::missed_infusion) {
      uniform_[k].resize(patients.size());
      double* const out[] = {uniform_[k].data(), nullptr, nullptr, nullptr};
      tile_uniforms(address, patients_.data(), lanes, 1, out);
      continue;
    }
    infusion_uniform_[k].resize(static_cast<std::size_t>(infusions_));
    for (auto& column : infusion_uniform_[k]) column.resize(patients.size());
    for (int first = 0; first < infusions_; first += uniforms_per_block) {
      const int count = std::min(uniforms_per_block, infusions_ - first);
      double* out[uniforms_per_block] = {};
      for (int j = 0; j < count; ++j) out[j] = infusion_uniform_[k][static_cast<std::size_t>(first + j)].data();
      address.block = static_cast<std::uint16_t>(first / uniforms_per_block);
      tile_uniforms(address, patients_.data(), lanes, count, out);
    }
  }
}

void IntercurrentEvents::count_missed(std::size_t event, int arm) {
  const std::vector<double> at = source_.infusion_months(arm);
  const double share = share_of(event, arm);
  for (std::size_t j = 0; j < at.size(); ++j)
    for (std::size_t i = 0; i < patients_.size(); ++i)
      if (infusion_uniform_[event][j][i] < share) {
        missed_[i] += 1;
        months_[event][i] = std::min(months_[event][i], at[j]);
      }
}

void IntercurrentEvents::time_events(int arm) {
  stopped_.assign(patients_.size(), never);
  missed_.assign(patients_.size(), 0.0);
  for (std::size_t k = 0; k < months_.size(); ++k) {
    months_[k].assign(patients_.size(), never);
    const Kind kind = protocol_.design.intercurrent[k].kind;
    if (kind == Kind::missed_infusion) {
      count_missed(k, arm);
    } else if (kind == Kind::adverse_event) {
      source_.first_adverse_event(arm, months_[k].data());
    } else if (const double share = share_of(k, arm); share > 0) {
      // Exponential with this share by the end of follow-up: H(t) = -log(1 - share) t / T.
      const double months_per_hazard = share < 1 ? protocol_.follow_up_months / -log_of(1 - share) : 0.0;
      for (std::size_t i = 0; i < patients_.size(); ++i)
        if (uniform_[k][i] < share) months_[k][i] = months_per_hazard * -log_of(1 - uniform_[k][i]);
    }
  }
}

void IntercurrentEvents::evaluate(int arm, Of of, bool latent, ArmOutcomes& out) {
  if (!any()) {
    source_.evaluate(arm, {}, latent, out);
    return;
  }
  time_events(arm);
  bool stops = false, misses = false;
  for (std::size_t k = 0; k < months_.size(); ++k) {
    const IntercurrentEvent& event = protocol_.design.intercurrent[k];
    if (of == Of::truth && event.strategy == EventStrategy::hypothetical) continue;
    if (event.kind == Kind::discontinuation) {
      stops = true;
      for (std::size_t i = 0; i < patients_.size(); ++i) stopped_[i] = std::min(stopped_[i], months_[k][i]);
    }
    misses = misses || event.kind == Kind::missed_infusion;
  }
  source_.evaluate(arm, {stops ? stopped_.data() : nullptr, misses ? missed_.data() : nullptr}, latent, out);
  for (std::size_t k = 0; k < months_.size(); ++k) {
    const IntercurrentEvent& event = protocol_.design.intercurrent[k];
    if (event.kind != Kind::rescue || event.effect == 0 ||
        (of == Of::truth && event.strategy == EventStrategy::hypothetical))
      continue;
    const std::size_t visits = protocol_.visits_months.size();
    for (std::size_t row = 0; row < out.values.size(); ++row) {
      const std::size_t slot = row / visits;
      if (protocol_.kind[slot] != OutcomeKind::score) continue;  // categories have no points
      const double at = protocol_.visits_months[row % visits];
      for (std::size_t i = 0; i < patients_.size(); ++i)
        if (months_[k][i] < at)
          out.values[row][i] =
              std::clamp(out.values[row][i] + event.effect, protocol_.minimum[slot], protocol_.maximum[slot]);
    }
  }
  protocol_.record(out.values);
}

void IntercurrentEvents::apply(Of of, const Participants& participants, const Months& months, const int* attended,
                               ArmOutcomes& out) const {
  const std::size_t visits = protocol_.visits_months.size();
  const std::size_t n = participants.size();
  const auto lost_at = [&](std::size_t i, std::size_t visit) {
    return attended && static_cast<std::size_t>(attended[i]) <= visit;
  };
  if (!any()) {
    for (std::size_t row = 0; attended && row < out.values.size(); ++row) {
      const int visit = static_cast<int>(row % visits);
      double* values = out.values[row].data();
      for (std::size_t i = 0; i < n; ++i) values[i] = attended[i] <= visit ? missing : values[i];
    }
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    // The earliest event that changes the variable decides.
    double when = never;
    EventStrategy strategy = EventStrategy::treatment_policy;
    for (std::size_t k = 0; k < months.size(); ++k) {
      const IntercurrentEvent& event = protocol_.design.intercurrent[k];
      const bool counts = event.strategy != EventStrategy::treatment_policy &&
                          !(of == Of::truth && event.strategy == EventStrategy::hypothetical);
      if (counts && months[k][i] < when) {
        when = months[k][i];
        strategy = event.strategy;
      }
    }
    for (std::size_t slot = 0; slot < protocol_.endpoints.size(); ++slot) {
      double last = participants.baseline[slot][i];  // observed on treatment
      std::size_t first_after = 0;
      while (first_after < visits && protocol_.visits_months[first_after] <= when) ++first_after;
      const bool event_is_known = first_after < visits && !(first_after > 0 && lost_at(i, first_after - 1));
      for (std::size_t v = 0; v < visits; ++v) {
        double& value = out.values[slot * visits + v][i];
        if (v < first_after || strategy == EventStrategy::treatment_policy) {
          if (lost_at(i, v))
            value = missing;
          else
            last = value;
        } else if (strategy == EventStrategy::hypothetical || !event_is_known) {
          value = missing;
        } else if (strategy == EventStrategy::while_on_treatment) {
          value = last;
        } else {
          value = worst_value(protocol_, slot, participants.baseline[slot][i]);
        }
      }
    }
  }
}

}  // namespace vcohort
