#include "engine/therapy/adverse_events.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "engine/evidence/registry.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/study/word.hpp"
#include "engine/therapy/choice.hpp"

namespace vcohort {

const char* name_of(EventType type) {
  return word(event_type_names, type).data();
}

HarmParameters::HarmParameters(const ParameterValues& values) {
  // Not every event follows every route, grows with the dose or happens without cells: no parameter means none of it.
  const auto value_or_zero = [&](const std::string& name) {
    return find_parameter(name) && values.has(name) ? values.at(name) : 0.0;
  };
  for (int t = 0; t < event_types; ++t) {
    const std::string type = name_of(static_cast<EventType>(t));
    for (int r = 0; r < routes; ++r)
      per_infusion[t][r] = value_or_zero("ae." + type + "." + name_of(static_cast<Route>(r)));
    dose_log_odds[t] = value_or_zero("ae.dose_log_odds." + type);
    grade2_share[t] = value_or_zero("ae.grade2_share." + type);
    duration_days[t] = values.at("ae.duration_days." + type);
    background_per_year[t] = value_or_zero("background." + type);
  }
  frailty_sd = values.at("ae.frailty_sd");
}

namespace {

constexpr int types_per_block = 4;  // the uniforms of one address block

/// Odds against an event of an average child: exp(-(logit p + slope log2 dose)); infinite where there is no such event.
double odds_against(double p, double slope_per_doubling, double relative_dose) {
  if (p <= 0) return INFINITY;
  const double doublings = log_of(relative_dose) / log_of(2.0);
  return (1 - p) / p * exp_of(-slope_per_doubling * doublings);
}

/// One plan on its way through the infusions.
struct Course {
  const TherapyPlan* plan;
  TileHarm* harm;
  int infusions;                              // within follow-up
  std::array<double, event_types> against{};  // odds against, at full dose
  std::array<double, event_types> halved{};   // at half the dose
  Regimen::Tolerance tolerance;
};

class InfusionEvents {
 public:
  InfusionEvents(std::uint64_t seed, std::uint32_t replicate, const HarmParameters& harm, const PatientTile& patient)
      : seed_(seed), replicate_(replicate), harm_(harm), patient_(patient) {
    double* const out[] = {against_frailty_.data()};
    TileAddress address;
    address.seed = seed;
    address.replicate = replicate;
    address.purpose = Purpose::frailty;
    tile_normals(address, patient.patient.data(), patient.lanes, 1, out);
    for (int i = 0; i < patient.lanes; ++i) against_frailty_[i] *= -harm.frailty_sd;
    exp_of(first_lanes(against_frailty_, patient.lanes), first_lanes(against_frailty_, patient.lanes));
  }

  /// The uniforms of four types at one infusion.
  void draw(int infusion, int block) {
    double* const out[] = {uniforms_[0].data(), uniforms_[1].data(), uniforms_[2].data(), uniforms_[3].data()};
    TileAddress address;
    address.seed = seed_;
    address.replicate = replicate_;
    address.purpose = Purpose::adverse_event;
    address.occasion = static_cast<std::uint16_t>(infusion);
    address.block = static_cast<std::uint16_t>(block);
    tile_uniforms(address, patient_.patient.data(), patient_.lanes, types_per_block, out);
  }

  /// Finds the events of one type at one infusion. The event happens when u < 1 / (1 + against * exp(-frailty)).
  void collect(Course& course, int infusion, int type) {
    const Lanes<double>& uniform = uniforms_[static_cast<std::size_t>(type % types_per_block)];
    const bool epilepsy_only = static_cast<EventType>(type) == EventType::seizure;
    const double against = course.against[type];
    for (int i = 0; i < patient_.lanes; ++i) {
      if (uniform[i] * (1 + against * against_frailty_[i]) >= 1 && course.tolerance != Regimen::Tolerance::halve)
        continue;
      if (epilepsy_only && !patient_.epilepsy[i]) continue;
      if (happens(course, infusion, type, uniform[i], i)) record(course, infusion, type, i);
    }
  }

 private:
  bool happens(const Course& course, int infusion, int type, double uniform, int lane) const {
    const bool changed = infusion >= course.harm->infusions_before_change[lane];
    if (changed && course.tolerance == Regimen::Tolerance::stop) return false;
    const double against = changed ? course.halved[type] : course.against[type];
    return uniform * (1 + against * against_frailty_[lane]) < 1;
  }

  void record(Course& course, int infusion, int type, int lane) {
    Address address;
    address.replicate = replicate_;
    address.patient = patient_.patient[lane];
    address.purpose = Purpose::adverse_event_detail;
    address.occasion = static_cast<std::uint16_t>(infusion);
    address.block = static_cast<std::uint16_t>(type);
    const auto detail = uniforms_at(seed_, address);
    AdverseEvent event;
    event.lane = static_cast<std::uint16_t>(lane);
    event.infusion = static_cast<std::uint16_t>(infusion);
    event.type = static_cast<EventType>(type);
    event.grade = event.type == EventType::serious ? 3 : detail[0] < harm_.grade2_share[type] ? 2 : 1;
    event.days = -harm_.duration_days[type] * log_of(detail[1]);
    course.harm->events.push_back(event);
  }

  std::uint64_t seed_;
  std::uint32_t replicate_;
  const HarmParameters& harm_;
  const PatientTile& patient_;
  Lanes<double> against_frailty_;
  std::array<Lanes<double>, types_per_block> uniforms_;
};

/// Once all types of an infusion are known: a grade 2 event or worse changes what follows.
void apply_tolerance(Course& course, int infusion, std::size_t first_event) {
  if (course.tolerance == Regimen::Tolerance::ignore) return;
  constexpr int not_tolerated = 2;  // grade
  auto& before = course.harm->infusions_before_change;
  const auto given = static_cast<std::uint16_t>(infusion + 1);
  for (std::size_t k = first_event; k < course.harm->events.size(); ++k) {
    const AdverseEvent& event = course.harm->events[k];
    if (event.grade >= not_tolerated) before[event.lane] = std::min(before[event.lane], given);
  }
}

Course begin(const TherapyPlan& plan, const HarmParameters& p, const PatientTile& patient, double months,
             TileHarm& harm) {
  const Strategy& strategy = plan.strategy();
  Course course{&plan, &harm, 0, {}, {}, strategy.regimen.tolerance};
  harm.events.clear();
  std::fill_n(harm.infusions_before_change.begin(), patient.lanes,
              static_cast<std::uint16_t>(plan.categories().unchanged));
  course.against.fill(INFINITY);
  course.halved.fill(INFINITY);
  if (!strategy.cells) return course;
  for (double at : plan.infusion_months()) course.infusions += at < months;
  for (int type = 0; type < event_types; ++type) {
    const double probability = p.per_infusion[type][static_cast<std::size_t>(strategy.route)];
    course.against[type] = odds_against(probability, p.dose_log_odds[type], plan.relative_dose());
    course.halved[type] = odds_against(probability, p.dose_log_odds[type], plan.relative_dose() / 2);
  }
  return course;
}

/// Poisson counts by inverse CDF out of a table: P(N <= k) for k = 0, 1, ... up to the largest uniform that there is.
class PoissonTable {
 public:
  explicit PoissonTable(double mean) {
    constexpr double largest_uniform = 1 - 0x1p-33;
    double probability = exp_of(-mean), sum = probability;
    for (int k = 1; probability > 0 && sum <= largest_uniform; ++k) {
      cumulative_.push_back(sum);
      probability *= mean / k;
      sum += probability;
    }
    cumulative_.resize(std::max(cumulative_.size(), counted_) + 1, 1.0);
  }

  /// The first counts without a branch, which would be guessed wrong; higher ones are rare.
  int operator()(double uniform) const {
    static_assert(counted_ == 2);
    std::size_t count = (uniform >= cumulative_[0]) + (uniform >= cumulative_[1]);
    while (uniform >= cumulative_[count]) ++count;
    return static_cast<int>(count);
  }

 private:
  static constexpr std::size_t counted_ = 2;
  std::vector<double> cumulative_;
};

void draw_events_of_regimens(std::uint64_t seed, std::uint32_t replicate, const HarmParameters& p,
                             const PatientTile& patient, std::span<const TherapyPlan* const> plans,
                             double months_of_follow_up, std::vector<TileHarm>& out) {
  out.resize(plans.size());
  std::vector<Course> courses;
  int infusions = 0;
  for (std::size_t s = 0; s < plans.size(); ++s) {
    courses.push_back(begin(*plans[s], p, patient, months_of_follow_up, out[s]));
    infusions = std::max(infusions, courses.back().infusions);
  }
  if (infusions == 0) return;

  InfusionEvents draws(seed, replicate, p, patient);
  std::vector<std::size_t> first_event(courses.size());
  for (int infusion = 0; infusion < infusions; ++infusion) {
    for (std::size_t s = 0; s < courses.size(); ++s) first_event[s] = courses[s].harm->events.size();
    for (int block = 0; block * types_per_block < event_types; ++block) {
      const int end = std::min(event_types, (block + 1) * types_per_block);
      const auto asked = [&](const Course& course) {
        return infusion < course.infusions &&
               std::any_of(course.against.begin() + block * types_per_block, course.against.begin() + end,
                           [](double x) { return x < INFINITY; });
      };
      if (std::none_of(courses.begin(), courses.end(), asked)) continue;
      draws.draw(infusion, block);
      for (Course& course : courses)
        for (int type = block * types_per_block; infusion < course.infusions && type < end; ++type)
          if (course.against[type] < INFINITY) draws.collect(course, infusion, type);
    }
    for (std::size_t s = 0; s < courses.size(); ++s)
      if (infusion < courses[s].infusions) apply_tolerance(courses[s], infusion, first_event[s]);
  }
}

/// What a child has under the option that was chosen for it.
void merge_options(const std::uint8_t* chosen, int lanes, std::span<const TileHarm> options, TileHarm& out) {
  out.events.clear();
  for (std::size_t option = 0; option < options.size(); ++option)
    for (const AdverseEvent& event : options[option].events)
      if (chosen[event.lane] == option) out.events.push_back(event);
  const auto order = [](const AdverseEvent& event) { return std::tuple(event.infusion, event.type, event.lane); };
  std::sort(out.events.begin(), out.events.end(),
            [&](const AdverseEvent& a, const AdverseEvent& b) { return order(a) < order(b); });
  for (int i = 0; i < lanes; ++i) out.infusions_before_change[i] = options[chosen[i]].infusions_before_change[i];
}

}  // namespace

void draw_adverse_events(std::uint64_t seed, std::uint32_t replicate, const HarmParameters& p,
                         const PatientTile& patient, std::span<const TherapyPlan* const> plans,
                         double months_of_follow_up, std::vector<TileHarm>& out) {
  const auto is_choice = [](const TherapyPlan* plan) { return !plan->options().empty(); };
  if (std::none_of(plans.begin(), plans.end(), is_choice)) {
    draw_events_of_regimens(seed, replicate, p, patient, plans, months_of_follow_up, out);
    return;
  }
  std::vector<const TherapyPlan*> regimens;  // each plan that is no choice, and the options of each choice
  for (const TherapyPlan* plan : plans) {
    if (!is_choice(plan)) regimens.push_back(plan);
    for (const TherapyPlan& option : plan->options()) regimens.push_back(&option);
  }
  std::vector<TileHarm> harm;
  draw_events_of_regimens(seed, replicate, p, patient, regimens, months_of_follow_up, harm);
  out.resize(plans.size());
  std::size_t next = 0;
  for (std::size_t s = 0; s < plans.size(); ++s) {
    const std::size_t options = plans[s]->options().size();
    if (options == 0) {
      out[s] = std::move(harm[next++]);
      continue;
    }
    Lanes<std::uint8_t> chosen;
    choose(seed, replicate, *plans[s]->strategy().choice, patient, chosen.data());
    merge_options(chosen.data(), patient.lanes, {harm.data() + next, options}, out[s]);
    next += options;
  }
}

void draw_background_events(std::uint64_t seed, std::uint32_t replicate, const HarmParameters& p,
                            const PatientTile& patient, double months_of_follow_up, BackgroundEvents& out) {
  Lanes<double> uniform[grades];
  double* const uniforms[] = {uniform[0].data(), uniform[1].data(), uniform[2].data()};
  for (int type = 0; type < event_types; ++type) {
    for (auto& grade : out[type]) std::fill_n(grade.begin(), patient.lanes, std::uint16_t{0});
    if (p.background_per_year[type] <= 0) continue;
    const bool epilepsy_only = static_cast<EventType>(type) == EventType::seizure;
    const bool serious = static_cast<EventType>(type) == EventType::serious;
    const double share[grades] = {serious ? 0 : 1 - p.grade2_share[type], serious ? 0 : p.grade2_share[type],
                                  serious ? 1.0 : 0};
    for (int year = 0; 12 * year < months_of_follow_up; ++year) {
      const double fraction = std::min(1.0, months_of_follow_up / 12 - year);
      TileAddress address;
      address.seed = seed;
      address.replicate = replicate;
      address.purpose = Purpose::background_event;
      address.occasion = static_cast<std::uint16_t>(year);
      address.block = static_cast<std::uint16_t>(type);
      tile_uniforms(address, patient.patient.data(), patient.lanes, grades, uniforms);
      for (int grade = 0; grade < grades; ++grade) {
        if (share[grade] <= 0) continue;
        const PoissonTable poisson(p.background_per_year[type] * fraction * share[grade]);
        for (int i = 0; i < patient.lanes; ++i) {
          const int concerned = !epilepsy_only || patient.epilepsy[i];
          out[type][grade][i] =
              static_cast<std::uint16_t>(out[type][grade][i] + concerned * poisson(uniform[grade][i]));
        }
      }
    }
  }
}

}  // namespace vcohort
