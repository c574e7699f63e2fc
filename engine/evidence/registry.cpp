#include "engine/evidence/registry.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "engine/study/endpoints.hpp"

namespace vcohort {
namespace {

/// A member of families; a domain with the first endpoint of its own.
struct Member {
  Member(const char* text) : name(text) {}
  Member(std::string_view text, const Endpoint& first) : name(text), endpoint(&first) {}

  std::string_view name;
  const Endpoint* endpoint = nullptr;
};
using Members = std::vector<Member>;

Members domains_that(bool have_a_score) {
  Members members;
  for (int d = 0; d < domains; ++d) {
    const auto& first = *std::find_if(all_endpoints().begin(), all_endpoints().end(),
                                      [&](const Endpoint& e) { return e.domain == static_cast<Domain>(d); });
    if (!have_a_score || first.measure == Measure::domain_score) members.emplace_back(domain_names[d], first);
  }
  return members;
}

// The members of families. A set never grows: the ids of a family are consecutive, so a new member is a new family.
// Only domains may be added: the table of endpoints says where the ids of a new one begin.
const Members single{""};
const Members levels{"I", "II", "III", "IV", "V"};
const Members cells{"MSC", "NSC", "MNC", "CB"};
const Members delivery_routes{"intravenous", "intrathecal", "intranasal", "intraventricular"};
const Members injuries{"white_matter", "grey_matter", "malformation", "other"};
const Members motor_types{"spastic", "dyskinetic", "ataxic", "mixed"};
const Members limbs{"hemiplegia", "diplegia", "quadriplegia"};
const Members procedures{"rhizotomy", "hyperbaric_oxygen", "botulinum_toxin", "baclofen",
                         "own_1",     "own_2",             "own_3",           "own_4"};
const Members effect_domains = domains_that(false);
const Members scored_domains = domains_that(true);
const Members drooling_measures{"frequency", "weight", "quotient"};
const Members cuts{"1", "2", "3", "4", "5", "6"};
const Members infusion_events{"fever",     "infusion_reaction", "headache", "vomiting", "back_pain",
                              "epistaxis", "facial_palsy",      "seizure",  "serious"};
const Members mild_events{
    "fever",   "infusion_reaction",           "headache", "vomiting", "back_pain", "epistaxis", "facial_palsy",
    "seizure", "upper_respiratory_infection", "diarrhoea"};
const Members all_events{"fever",     "infusion_reaction", "headache", "vomiting", "back_pain",
                         "epistaxis", "facial_palsy",      "seizure",  "serious",  "upper_respiratory_infection",
                         "diarrhoea"};
const Members background_events{"fever", "vomiting", "upper_respiratory_infection", "diarrhoea", "seizure", "serious"};

const Members utility_sets{"hui3", "tto"};
const Members event_grades{"1", "2", "3"};
const Members cell_sources{"allogeneic", "autologous"};
// The age bands of the death rates of national statistics; the last one is open.
const Members death_rate_ages{"0", "1", "5", "15", "25", "35", "45", "55", "65", "75", "85"};

constexpr double tiny = 1e-6;  // stands for "above zero" in a closed range
constexpr double most_money = 1e12;
enum class Presence : std::uint8_t { required, optional };
using enum ParameterKind;

/// Parameters that differ in their members only: ids first, first + 1, ..., names stem.member or stem.first.second.
struct Family {
  std::uint16_t first_id;
  std::string_view stem;
  const Members& first;
  const Members& second;
  std::string_view unit;
  double minimum;
  double maximum;
  std::string_view meaning;
  Presence presence = Presence::required;
  ParameterKind kind = knowledge;
};

/// The whole model. Append-only: a family keeps its first id, its members and their order for ever.
std::vector<Family> families() {
  return {
      // Development without cells
      {100, "motor.limit", levels, single, "GMFM-66 points", 1, 99,
       "Limit that GMFM-66 approaches with age, median of the level's children"},
      {105, "motor.limit_logit_sd", levels, single, "", 0, 3,
       "SD between children of the logit of that limit over 100"},
      {110, "motor.age90", levels, single, "years", 0.1, 20,
       "Age at which 90 % of the limit is reached, median of the level's children"},
      {115, "motor.age90_log_sd", levels, single, "", 0, 2, "SD between children of the logarithm of that age"},
      {120, "motor.decline_per_year", levels, single, "GMFM-66 points per year", 0, 5,
       "Loss per year after the peak age, when the decline is on"},
      {125, "motor.peak_age", levels, single, "years", 0, 30, "Age after which the decline runs"},
      {130, "motor.decline_end_age", single, single, "years", 0, 100, "Age at which the decline ends"},
      {131, "motor.limit_rate_correlation", single, single, "", -0.99, 0.99,
       "Correlation between children of limit and age-90 (z1, z2)"},
      {132, "development.decline", single, single, "", 0, 1,
       "1 when GMFM-66 declines in adolescence, 0 when it stays at its limit"},
      {133, "motor.disturbance_sd", levels, single, "GMFM-66 points", 0, 20,
       "SD of the slow disturbance of a child around its curve (stationary Ornstein-Uhlenbeck)"},
      {138, "motor.disturbance_time_months", single, single, "months", 0.1, 600, "Time constant of that disturbance"},
      {139, "motor.measurement_sd", single, single, "GMFM-66 points", 0, 20,
       "SD of the measurement error of GMFM-66, new at every visit"},
      {140, "trial.drift", single, single, "GMFM-66 points", -20, 20,
       "Gain above the curve in every arm of a trial when the drift is complete"},
      {141, "trial.drift_months", single, single, "months", 0.1, 600,
       "Time at which the drift of a trial is complete; linear until then"},
      {142, "gmfm88.crosswalk_intercept", single, single, "logit", -5, 5,
       "a in logit(GMFM-66/100) = a + b logit(GMFM-88/100)"},
      {143, "gmfm88.crosswalk_slope", single, single, "", 0.05, 5,
       "b in logit(GMFM-66/100) = a + b logit(GMFM-88/100)"},
      {144, "gmfm88.residual_sd", single, single, "GMFM-66 points", 0, 20,
       "SD between children of the crosswalk's residual, one per child"},
      {145, "gmfm88.measurement_sd", single, single, "GMFM-88 points", 0, 20,
       "SD of the measurement error of GMFM-88, new at every visit"},
      {146, "gmfm88.logit_clip_low", single, single, "points", 0.001, 50,
       "Lowest score whose logit the crosswalk takes"},
      {147, "gmfm88.logit_clip_high", single, single, "points", 50, 99.999,
       "Highest score whose logit the crosswalk takes"},
      {148, "mcid", levels, single, "GMFM-66 points", 0, 50,
       "Smallest change that matters: responders, benefit and harm are counted with it"},

      // Who the patients are
      {200, "patient.gmfcs_share", levels, single, "", 0, 1,
       "Share of the level in registers, for templates of studies"},
      {205, "patient.injury_share", injuries, single, "", 0, 1, "Share of children with this predominant injury"},
      {210, "patient.motor_type_share", injuries, motor_types, "", 0, 1,
       "Share of the motor type among children with the injury"},
      {230, "patient.male_share", single, single, "", 0, 1, "Share of boys"},
      {231, "patient.weight_intercept", single, single, "kg", 0.5, 20,
       "Median weight at age 0 on the line for young children"},
      {232, "patient.weight_per_year", single, single, "kg per year", 0, 10,
       "Slope of the median weight up to the bend"},
      {233, "patient.weight_bend_age", single, single, "years", 0, 18,
       "Age at which the slope of the median weight changes"},
      {234, "patient.weight_per_year_late", single, single, "kg per year", 0, 10,
       "Slope of the median weight between the bend and the adult age"},
      {235, "patient.weight_adult_age", single, single, "years", 10, 30,
       "Age from which the median weight is constant"},
      {236, "patient.weight_log_sd", single, single, "", 0, 1,
       "SD between children of the logarithm of weight at a given age"},
      {237, "patient.weight_factor", levels, single, "", 0.2, 2,
       "Ratio of the level's median weight to that of the general population"},
      {242, "patient.postneonatal_share", single, single, "", 0, 1,
       "Share whose injury was acquired after the neonatal period; only they have a time since injury"},
      {243, "patient.injury_age_minimum_months", single, single, "months", 0, 12,
       "Earliest age at a postneonatal injury"},
      {244, "patient.injury_age_maximum_months", single, single, "months", 1, 240,
       "Latest age at a postneonatal injury"},
      {245, "patient.injury_age_mean_months", single, single, "months", 0.1, 240,
       "Mean of the exponential law of that age beyond its minimum, before truncation at the maximum and at the age at "
       "baseline"},
      {246, "genotype.carrier_share", single, single, "", 0, 1,
       "Share of carriers of the (hypothetical) favourable genotype"},
      {247, "immune.suppressed_share", single, single, "", 0, 1, "Share under long-term immunosuppression (steroids)"},
      {250, "patient.epilepsy_share", levels, single, "", 0, 1, "Share with epilepsy"},
      {255, "patient.drooling_share", levels, single, "", 0, 1, "Share who drool at baseline"},
      {260, "patient.topography_share", levels, limbs, "", 0, 1,
       "Share of the topography among spastic children of the level", Presence::optional},

      // Exposure and effect
      {300, "delivery", cells, delivery_routes, "", 0, 1e9,
       "Effective delivery F relative to intravenous cord blood; absent where nobody studied the pair",
       Presence::optional},
      {340, "dose.concavity", single, single, "", 0.05, 3, "alpha in (dose / reference dose)^alpha, per infusion"},
      {341, "repeat.lambda", single, single, "", 0, 1,
       "Factor on the exposure of every further infusion of allogeneic cells"},
      {342, "effect.emax", single, single, "GMFM-66 points", 0, 1e6,
       "Largest effect on motor function of the reference child (4 years, GMFCS III)"},
      {343, "effect.ec50", single, single, "exposure", tiny, 1e6, "Exposure that gives half of the largest effect"},
      {344, "effect.hill", single, single, "", 0.1, 10, "Hill exponent of the exposure"},
      {345, "effect.idiosyncratic_sd", single, single, "GMFM-66 points", 0, 50,
       "SD of the idiosyncratic effect H, mean zero, which lets a child do worse"},
      {346, "effect.any", single, single, "", 0, 1, "1 when cells have any effect at all, 0 when they have none"},
      {347, "effect.sigma_ref", single, single, "GMFM-66 points", 0.1, 100,
       "Motor points that correspond to one baseline SD of the other domains"},
      {350, "onset", effect_domains, single, "months", 0.001, 1e6,
       "Time constant with which an infusion's effect on the domain builds up"},
      {360, "waning", effect_domains, single, "months", 0.01, 1e9,
       "Time constant with which an infusion's effect on the domain fades"},
      {370, "effect.ratio", scored_domains, single, "", -100, 100,
       "Effect on the domain in its reference SDs over the motor effect in motor SDs"},
      {380, "age.floor", single, single, "", 0, 1,
       "phi: what remains of the effect at high age, before scaling to the reference age"},
      {381, "age.midpoint", single, single, "years", 0, 60, "a50: age at which the age-dependent part is halved"},
      {382, "age.slope", single, single, "years", 0.01, 1e3, "s: width of the fall of the effect with age"},
      {383, "age.adult_factor", single, single, "", 0, 2, "Further factor on the effect from the adult age on"},
      {384, "age.adult_age", single, single, "years", 10, 30, "Age from which the adult factor applies"},
      {385, "age.reference", single, single, "years", 0, 60, "Age at which the age modifier is one"},
      {390, "severity", cells, levels, "", 0, 1e3, "Ratio of the effect at the level to that at GMFCS III"},
      {410, "time.injury_b", single, single, "", 0, 10,
       "b in 1 + b exp(-time since injury / tau), postneonatal injury only"},
      {411, "time.injury_months", single, single, "months", 0.1, 600, "tau in 1 + b exp(-time since injury / tau)"},
      {412, "genotype.ratio", single, single, "", 0, 1e3, "Ratio of the effect in carriers to that in non-carriers"},
      {413, "immune.factor", single, single, "", 0, 2,
       "Factor on the exposure of a child under long-term immunosuppression"},
      {414, "inflammation", cells, single, "per SD", -3, 3,
       "c in exp(c z): change of the log effect per SD of the child's inflammation"},
      {420, "injury", injuries, cells, "", 0, 1e3,
       "Ratio of the effect in this injury to that in the others, by cell type"},
      {440, "responder.share", single, single, "", 0, 1,
       "Share of children in whom cells have a systematic effect at all"},
      {441, "responder.cv", single, single, "", 0, 5,
       "Coefficient of variation of the log-normal effect among responders (mean 1 / share)"},
      {442, "regimen.immunosuppression_factor", single, single, "", 0, 1e3,
       "Factor on the exposure when short immunosuppression accompanies the infusions"},
      {443, "regimen.steroid_factor", single, single, "", 0, 1e3,
       "Factor on the exposure when a steroid is given with each infusion"},
      {450, "reference_dose", cells, delivery_routes, "cells/kg | nucleated cells/kg | cells | published doses", tiny,
       1e15, "Dose per infusion at which exposure equals the delivery; its unit says in which unit a study must dose",
       Presence::optional},

      // Scores other than the motor score
      {500, "domain.minimum", scored_domains, single, "points", -1e3, 1e4, "Lowest score of the scale"},
      {508, "domain.maximum", scored_domains, single, "points", -1e3, 1e4, "Highest score of the scale"},
      {516, "domain.lower_is_better", scored_domains, single, "", 0, 1, "1 when a lower score is better"},
      {524, "domain.reference_sd", scored_domains, single, "points", tiny, 1e4,
       "SD of the score in the population whose standardised changes give the effect ratios: E_d is counted in it"},
      {532, "domain.motor_correlation", scored_domains, single, "", -1, 1,
       "Correlation of the score at baseline with z1, the child's motor limit, within a level"},
      {540, "domain.development", scored_domains, single, "points per GMFM-66 point", -100, 100,
       "Change of the score per point of motor development without cells"},
      {548, "domain.retest_sd", scored_domains, single, "points", 0, 1e3,
       "SD of the measurement error of the score, new at every visit"},
      {560, "domain.mean", scored_domains, levels, "points", -1e3, 1e4, "Mean score at baseline"},
      {600, "domain.sd", scored_domains, levels, "points", 0, 1e3,
       "SD of the score at baseline between children of the level"},
      {650, "cgi.slope", single, single, "per SD", 0, 100,
       "b in the latent impression b (observed change - expected change) / SD + N(0, 1)"},
      {651, "cgi.change_sd", single, single, "GMFM-66 points", 0.1, 100,
       "SD by which the change above expectation is divided"},
      {652, "cgi.cut", cuts, single, "", -100, 100,
       "Cut of the latent impression; cut k separates category 8 - k (below) from 7 - k (above)"},
      {658, "cgi.severe_share", single, single, "", 0, 1, "Share of children rated seriously ill (CGI-S) at baseline"},

      // Drooling
      {670, "drooling.response", single, single, "", 0, 1,
       "Probability of an effective response to the reference regimen"},
      {671, "drooling.cure", drooling_measures, single, "", 0, 1, "Probability of cure among responders, by measure"},
      {674, "drooling.relapse_months", single, single, "months", 0.01, 1e6,
       "Mean time from cure to relapse, exponential"},
      {675, "drooling.cure_months", single, single, "months", 0, 120,
       "Time after the last infusion by which cure is reached"},
      {676, "drooling.effective_months", single, single, "months", 0, 1e3,
       "Time for which an effective response persists for certain"},
      {677, "drooling.effective_waning_months", single, single, "months", 0.01, 1e6,
       "Mean further time for which it persists, exponential"},
      {678, "drooling.reference_infusions", single, single, "infusions", 1, 100,
       "Intrathecal MSC infusions of the reference regimen, at the reference dose"},
      {679, "drooling.reference_interval_days", single, single, "days", 0, 365,
       "Days between the infusions of the reference regimen"},

      // Adverse events
      {700, "ae", infusion_events, delivery_routes, "", 0, 1,
       "Probability per infusion at the reference dose (serious: related, grade 3 or more)"},
      {740, "ae.dose_log_odds", infusion_events, single, "per doubling", -5, 5,
       "Change of the log-odds per doubling of the dose"},
      {750, "ae.grade2_share", mild_events, single, "", 0, 1, "Share of grade 2 among the events of grade 1 and 2"},
      {765, "ae.duration_days", all_events, single, "days", 0.01, 365, "Mean duration, exponential"},
      {780, "ae.frailty_sd", single, single, "", 0, 3,
       "SD between children of the logarithm of the odds of related events"},
      {781, "background", background_events, single, "per year", 0, 100,
       "Rate without cells, in every arm (seizure: in children with epilepsy)"},

      // Utility, money and survival: optional, since only [policy] needs them
      {800, "utility", utility_sets, levels, "", -1, 1, "Utility of a child of the level, by set of utilities",
       Presence::optional},
      {810, "utility.slope", utility_sets, single, "per GMFM-66 point", 0, 1,
       "Utility gained per point of motor effect, by set of utilities", Presence::optional},
      {812, "utility.minimum", single, single, "", -1, 0, "Lowest utility", Presence::optional},
      {813, "utility.maximum", single, single, "", 0.5, 1, "Highest utility", Presence::optional},
      {814, "utility.event_loss", event_grades, single, "", 0, 1,
       "Utility lost while a related adverse event of the grade lasts", Presence::optional},
      {817, "cost.event", event_grades, single, "currency", 0, most_money,
       "Cost of a related adverse event of the grade", Presence::optional},
      {820, "price.product", cells, single, "currency", 0, most_money,
       "Price of the cells of one infusion at the reference dose", Presence::optional, price},
      {824, "price.dose_share", single, single, "", 0, 1,
       "Share of that price that grows with the dose; the rest is paid for every infusion, however small",
       Presence::optional, price},
      {825, "cost.procedure", delivery_routes, single, "currency", 0, most_money,
       "Cost of one infusion without the cells: day case, anaesthesia for the intrathecal route, theatre for the "
       "intraventricular one",
       Presence::optional},
      {829, "cost.preparation", cell_sources, single, "currency", 0, most_money,
       "Cost before the first infusion, once per child: matching and tests; harvest, processing and storage of own "
       "cells",
       Presence::optional},
      {831, "cost.visit", single, single, "currency", 0, most_money, "Cost of a visit that the treatment asks for",
       Presence::optional},
      {832, "visits.per_infusion", single, single, "visits", 0, 100, "Visits that each infusion asks for",
       Presence::optional},
      {833, "carer.days_per_infusion", delivery_routes, single, "days", 0, 100,
       "Days of a carer's time per infusion, its visits included; societal perspective", Presence::optional},
      {837, "carer.cost_per_day", single, single, "currency", 0, most_money, "Value of a day of a carer's time",
       Presence::optional},
      {838, "travel.cost_per_trip", single, single, "currency", 0, most_money,
       "Cost of travelling to an infusion or a visit, for the family; societal perspective", Presence::optional},
      {839, "cost.care", single, single, "currency per year", 0, most_money,
       "Annual cost of care of a child with cerebral palsy at GMFCS III to the health system", Presence::optional},
      {840, "cost.care_ratio", levels, single, "", 0, 100, "Ratio of the level's annual cost of care to that at GMFCS III",
       Presence::optional},
      {845, "cost.care_change", single, single, "per GMFM-66 point", -1, 1,
       "Relative change of the annual cost of care per point of motor effect, where a study lets it follow",
       Presence::optional},
      {846, "mortality.excess", levels, single, "per year", 0, 10,
       "Hazard of death of the level above that of the general population", Presence::optional},
      {851, "mortality.background", death_rate_ages, single, "per year", 0, 10,
       "Hazard of death of the general population from that age on, up to the next band", Presence::optional},
      {862, "cost.informal_care", single, single, "currency per year", 0, most_money,
       "Annual value of informal care and lost production of a family at GMFCS III; societal perspective; by level in "
       "the ratio of the cost of care",
       Presence::optional},

      // Rehabilitation, and what it costs
      {870, "rehabilitation.any", single, single, "", 0, 1,
       "1 when hours of therapy have any effect at all, 0 when they have none", Presence::optional},
      {871, "rehabilitation.points_per_hour", single, single, "GMFM-66 points per hour", 0, 10,
       "rho: gain per hour of active therapy above usual care, before waning and saturation; 4 years, GMFCS III",
       Presence::optional},
      {872, "rehabilitation.waning", single, single, "months", 0.01, 1e9,
       "Time constant with which the gain of an hour fades", Presence::optional},
      {873, "rehabilitation.maximum", single, single, "GMFM-66 points", 0.01, 1e6,
       "Rmax: the gain that no amount of therapy exceeds", Presence::optional},
      {874, "rehabilitation.usual_hours", single, single, "hours per week", 0, 168,
       "h0: active therapy in usual care, which does nothing beyond the curves", Presence::optional},
      {875, "rehabilitation.cv", single, single, "", 0, 5,
       "Coefficient of variation of the log-normal gain between children (mean 1)", Presence::optional},
      {876, "rehabilitation.age_floor", single, single, "", 0, 1,
       "What remains of the gain at high age, before scaling to the reference age", Presence::optional},
      {877, "rehabilitation.age_midpoint", single, single, "years", 0, 60,
       "Age at which the age-dependent part of the gain is halved", Presence::optional},
      {878, "rehabilitation.age_slope", single, single, "years", 0.01, 1e3, "Width of the fall of the gain with age",
       Presence::optional},
      {879, "rehabilitation.severity", levels, single, "", 0, 1e3, "Ratio of the gain at the level to that at GMFCS III",
       Presence::optional},
      {884, "cost.therapy_hour", single, single, "currency", 0, most_money,
       "Cost of an hour of active therapy to the health system", Presence::optional},
      {885, "rehabilitation.session_hours", single, single, "hours", 0.05, 24,
       "Hours of active therapy per session, for each of which the family travels", Presence::optional},
      {886, "rehabilitation.carer_hours", single, single, "hours", 0, 24,
       "Hours of a carer's time per hour of active therapy, journeys included; societal perspective",
       Presence::optional},
      {887, "travel.cost_per_session", single, single, "currency", 0, most_money,
       "Cost of travelling to a session of therapy, for the family; societal perspective", Presence::optional},

      // Procedures without cells
      {900, "procedure.effect", procedures, single, "GMFM-66 points", -100, 100,
       "Full effect of the procedure on the motor score", Presence::optional},
      {910, "procedure.onset", procedures, single, "months", 0.001, 1e6,
       "Time constant with which the effect of the procedure builds up", Presence::optional},
      {920, "procedure.waning", procedures, single, "months", 0.01, 1e9,
       "Time constant with which the effect of the procedure fades", Presence::optional},
      {930, "procedure.cv", procedures, single, "", 0, 5,
       "Coefficient of variation of the log-normal effect between children (mean 1)", Presence::optional},
      {940, "procedure.cost", procedures, single, "currency", 0, most_money,
       "Cost of the procedure, each time that it is done", Presence::optional},
      {950, "procedure.harm", procedures, single, "", 0, 1,
       "Probability of a complication, each time that the procedure is done", Presence::optional},
      {960, "procedure.harm_loss", procedures, single, "QALY", 0, 10, "QALYs that a complication takes away",
       Presence::optional},
      {970, "procedure.complication_cost", procedures, single, "currency", 0, most_money, "Cost of a complication",
       Presence::optional},
      {980, "procedure.carer_days", procedures, single, "days", 0, 365,
       "Days of a carer's time for the procedure, each time; societal perspective", Presence::optional},
  };
}

std::string with_member(std::string text, std::string_view member) {
  if (!member.empty()) text.append(".").append(member);
  return text;
}

std::string members_in_words(std::string_view first, std::string_view second) {
  if (first.empty()) return "";
  std::string text = " [";
  text.append(first);
  if (!second.empty()) text.append(", ").append(second);
  return text + "]";
}

std::vector<ParameterDefinition> expand(const std::vector<Family>& all) {
  std::vector<ParameterDefinition> definitions;
  std::size_t by_domain = 0;  // parameters of a domain in the families so far: their places behind its first id
  for (const Family& family : all) {
    std::uint16_t id = family.first_id;
    for (const auto& [first, endpoint] : family.first) {
      if (endpoint && endpoint->first_parameter) id = static_cast<std::uint16_t>(endpoint->first_parameter + by_domain);
      for (const auto& [second, none] : family.second) {
        ParameterDefinition& parameter = definitions.emplace_back(ParameterDefinition{
            id++, with_member(with_member(std::string(family.stem), first), second), std::string(family.unit),
            family.minimum, family.maximum, std::string(family.meaning) + members_in_words(first, second),
            family.presence == Presence::optional, family.kind});
        // A scale's direction is a constant: evidence may only repeat it.
        if (family.stem == "domain.lower_is_better")
          parameter.minimum = parameter.maximum = endpoint->lower_is_better ? 1 : 0;
      }
    }
    if (family.first.front().endpoint) by_domain += family.second.size();
  }
  std::sort(definitions.begin(), definitions.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return definitions;
}

const std::vector<ParameterDefinition>& registry() {
  static const std::vector<ParameterDefinition> definitions = expand(families());
  return definitions;
}

const std::map<std::string_view, std::size_t>& places() {
  static const std::map<std::string_view, std::size_t> by_name = [] {
    std::map<std::string_view, std::size_t> places_by_name;
    for (std::size_t index = 0; index < registry().size(); ++index)
      places_by_name.emplace(registry()[index].name, index);
    return places_by_name;
  }();
  return by_name;
}

std::size_t levenshtein(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

const char* name_of(ParameterKind kind) {
  return kind == ParameterKind::price ? "price" : "knowledge";
}

std::span<const ParameterDefinition> parameter_registry() {
  return registry();
}

std::optional<std::size_t> registry_index(std::string_view name) {
  const auto place = places().find(name);
  if (place == places().end()) return std::nullopt;
  return place->second;
}

const ParameterDefinition* find_parameter(std::string_view name) {
  const auto index = registry_index(name);
  return index ? &registry()[*index] : nullptr;
}

std::string closest_parameter(std::string_view mistyped) {
  std::size_t fewest = mistyped.size() / 3 + 1;
  std::string_view nearest;
  for (const ParameterDefinition& definition : registry()) {
    const std::size_t distance = levenshtein(mistyped, definition.name);
    if (distance < fewest) {
      fewest = distance;
      nearest = definition.name;
    }
  }
  return std::string(nearest);
}

}  // namespace vcohort
