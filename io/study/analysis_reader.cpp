#include "io/study/analysis_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/endpoints.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::size_t longest_name = 200;

/// A false or an empty list may stand where the key means nothing: it says that there is nothing.
bool says_something(const TableReader& reader, std::string_view key) {
  const TomlEntry* entry = reader.entry(key);
  if (!entry) return false;
  const TomlValue& value = entry->value;
  return !(value.kind == TomlValue::Kind::boolean && !value.boolean) && !(value.is_array() && value.items.empty());
}

class AnalysisReader {
 public:
  AnalysisReader(const TomlValue& table, const TrialQuestion& trial, const TrialFrame& frame, StudyContext& context)
      : reader_(table, analysis_section, context.problems),
        is_table_(table.is_table()),
        trial_(trial),
        frame_(frame),
        problems_(context.problems) {}

  AnalysisPlan read(bool primary) {
    if (!is_table_) return plan_;
    read_name(primary);
    read_endpoint();
    read_visit();
    if (!reader_.has("analysis")) return plan_;
    const std::optional<int> method = reader_.choice("analysis");
    if (!method) return plan_;  // what else is right depends on it
    method_ = &trial_methods()[static_cast<std::size_t>(*method)];
    plan_.method = method_->name;
    check_fit();
    read_responders();
    read_change();
    read_covariates();
    read_strata();
    read_repeated();
    read_hypothesis();
    read_bayes();
    return plan_;
  }

 private:
  void refuse_idle(std::string_view key, std::string_view why) {
    if (says_something(reader_, key)) refuse_without_effect(reader_, key, why);
  }

  void read_name(bool primary) {
    if (primary) {
      refuse_without_effect(reader_, "name", "the primary analysis is called \"primary\"");
      plan_.name = "primary";
      return;
    }
    require_key(reader_, "name", "results are found by name");
    plan_.name = reader_.text("name").value_or("");
    if (plan_.name.size() > longest_name || plan_.name.find_first_of("\n\r\t") != std::string::npos) {
      reader_.refuse("name", "the name of an analysis is one line of at most 200 bytes", "tables print it",
                     "shorten it");
    }
    const auto same = [&](const AnalysisPlan& other) { return other.name == plan_.name; };
    if (!plan_.name.empty() && std::any_of(trial_.analyses.begin(), trial_.analyses.end(), same)) {
      reader_.refuse("name", "two analyses are called " + quoted(plan_.name), "results are found by name",
                     "rename one");
    }
  }

  void read_endpoint() {
    if (frame_.model) kind_ = frame_.model->kind;
    if (frame_.disease_model()) require_key(reader_, "endpoint", "the trial is simulated");
    const std::optional<std::string> endpoint = reader_.text("endpoint");
    if (!frame_.simulated) {
      plan_.endpoint = frame_.data->value;
      if (endpoint && *endpoint != plan_.endpoint) {
        reader_.refuse("endpoint", "the endpoint is not the value of the data file",
                       quoted(*endpoint) + " and " + quoted(plan_.endpoint), "remove it");
      }
      return;
    }
    if (frame_.model && !reader_.has("endpoint")) plan_.endpoint = data_model_endpoint;
    if (!endpoint) return;
    plan_.endpoint = *endpoint;
    if (index_of(frame_.endpoints, *endpoint)) {
      if (!frame_.model) kind_ = find_endpoint(*endpoint)->kind;
      check_clock_of_drooling();
    } else if (!frame_.endpoints.empty()) {
      const bool exists = !frame_.model && find_endpoint(*endpoint);
      reader_.refuse("endpoint",
                     exists ? quoted(*endpoint) + " is not recorded" : "unknown endpoint " + quoted(*endpoint),
                     frame_.model ? "a data model has one" : "it must be among outcomes.endpoints",
                     exists ? "add it there" : did_you_mean(*endpoint, frame_.endpoints));
    }
  }

  void check_clock_of_drooling() {
    const Endpoint* const endpoint = find_endpoint(plan_.endpoint);
    if (!endpoint || endpoint->measure != Measure::drooling) return;
    for (const Arm& arm : trial_.arms) {
      if (!frame_.starts_late(arm)) continue;
      reader_.refuse("endpoint", "drooling cannot be recorded in an arm that starts late",
                     "its time course has its own clock",
                     fmt::format("use another endpoint, or let {} not cross over", quoted(arm.name)));
      return;
    }
  }

  void read_visit() {
    if (frame_.simulated) {
      read_simulated_visit();
    } else if (reader_.has("visit_months")) {
      refuse_without_effect(reader_, "visit_months", "there is only a data file, whose visits have names");
    }
    if (!frame_.data) {
      refuse_without_effect(reader_, "visit", "it names a visit of a data file, and there is no [data]");
    } else if (frame_.data->visit.empty()) {
      refuse_without_effect(reader_, "visit", "[data] has no visit");
    } else if (frame_.simulated && !reader_.has("visit")) {
      plan_.visit = number_text(plan_.visit_months);
    } else {
      require_key(reader_, "visit", "[data] has visits");
      plan_.visit = reader_.text("visit").value_or("");
    }
  }

  void read_simulated_visit() {
    const std::optional<double> months = reader_.number("visit_months");
    if (!frame_.has_visits()) {
      plan_.visit_months = frame_.model->follow_up_months;
      if (months && *months != plan_.visit_months) {
        reader_.refuse("visit_months", fmt::format("there is no visit at {} months", number_text(*months)),
                       fmt::format("patients are followed for {} months", number_text(plan_.visit_months)),
                       "remove it");
      }
      return;
    }
    require_key(reader_, "visit_months", "the trial is simulated");
    if (!months) return;
    plan_.visit_months = *months;
    const std::vector<double>& visits = frame_.visits_months;
    if (visits.empty() || std::find(visits.begin(), visits.end(), *months) != visits.end()) return;
    if (*months > visits.back()) {
      reader_.refuse("visit_months", fmt::format("a visit at {} months is beyond the last one", number_text(*months)),
                     fmt::format("that is at {} months", number_text(visits.back())),
                     "add it to visits_months, or choose another");
    } else {
      std::string known;
      for (const double visit : visits) known += (known.empty() ? "" : ", ") + number_text(visit);
      reader_.refuse("visit_months", fmt::format("there is no visit at {} months", number_text(*months)),
                     "visits are at " + known, "add it to visits_months, or choose another");
    }
  }

  bool cuts_a_score() const { return method_->responders && (!kind_ || *kind_ == OutcomeKind::score); }

  void check_fit() {
    if (frame_.data && !method_->fits.contains(OutcomeKind::score) && method_->fits.contains(OutcomeKind::survival)) {
      reader_.refuse("analysis", fmt::format("{} cannot analyse a data file", method_->name),
                     "a row has a value, and neither a time nor an event", "use another method");
    }
    if (method_->repeated && frame_.data && frame_.data->visit.empty()) {
      reader_.refuse("analysis", fmt::format("{} needs visits", method_->name), "[data] has no visit",
                     "name the column of the visit");
    }
    if (!kind_ || method_->fits.contains(*kind_) || cuts_a_score()) return;
    std::vector<std::string_view> fitting;
    for (const TrialMethod& other : trial_methods()) {
      if (other.fits.contains(*kind_)) fitting.push_back(other.name);
    }
    reader_.refuse("analysis", fmt::format("{} does not fit {}", method_->name, quoted(plan_.endpoint)),
                   fmt::format("the endpoint is {}", name_of(*kind_)), "use one of " + listed(fitting));
  }

  /// Whether the endpoint is seen at baseline. Of a data file alone this only shows in the file, and of visits that
  /// were refused it is not known either.
  bool has_baseline() const {
    if (frame_.model && !frame_.has_visits()) return false;
    if (frame_.model) return frame_.model->visits_months.empty() || frame_.model->visits_months.front() == 0;
    return !kind_ || *kind_ == OutcomeKind::score;
  }

  std::string no_baseline() const {
    return frame_.model ? "the data model has no visit at 0 months" : quoted(plan_.endpoint) + " has no baseline";
  }

  void read_responders() {
    if (method_->smallest_win && (!kind_ || *kind_ != OutcomeKind::survival)) {
      plan_.responder_threshold = reader_.number("responder_threshold").value_or(0);
      return;
    }
    if (!cuts_a_score()) {
      refuse_idle("responder_threshold", kind_ && method_->responders
                                             ? fmt::format("{} is {}", quoted(plan_.endpoint), name_of(*kind_))
                                             : fmt::format("{} knows no responders", method_->name));
      return;
    }
    if (kind_) {
      require_key(reader_, "responder_threshold",
                  fmt::format("{} compares yes and no, and the endpoint is a score", method_->name));
      if (reader_.has("responder_threshold") && !has_baseline()) {
        reader_.refuse("responder_threshold", "a responder has no baseline to be better than", no_baseline(), "");
      }
    }
    if (reader_.has("responder_threshold")) require_baseline_column("responder_threshold");
    plan_.responder_threshold = reader_.number("responder_threshold").value_or(0);
  }

  /// What looks at a baseline needs its column, where there is a data file.
  void require_baseline_column(std::string_view key) {
    if (!frame_.data || !frame_.data->baseline.empty()) return;
    reader_.refuse(key, "the analysis needs a baseline", "[data] has none", "name the column of the baseline");
  }

  void read_change() {
    if (!method_->change_from_baseline) {
      refuse_idle("change_from_baseline", fmt::format("{} knows no change from baseline", method_->name));
      return;
    }
    plan_.change_from_baseline = reader_.boolean("change_from_baseline").value_or(false);
    if (!plan_.change_from_baseline) return;
    if (!has_baseline()) {
      reader_.refuse("change_from_baseline", "there is no change from baseline", no_baseline(), "remove it");
    } else {
      require_baseline_column("change_from_baseline");
    }
  }

  std::vector<std::string> read_names(std::string_view key) {
    const auto names = distinct_texts(reader_, key);
    if (!names) return {};
    for (std::size_t index = 0; index < names->size(); ++index) check_covariate(key, index, (*names)[index]);
    return *names;
  }

  void check_covariate(std::string_view key, std::size_t index, const std::string& name) {
    const Place place = item_place(reader_, key, index);
    if (name == "baseline") require_baseline_column(key);
    if (!frame_.simulated) {
      const DataColumns& data = *frame_.data;
      const std::array<std::string_view, 4> taken = {data.patient, data.arm, data.visit, data.value};
      if (index_of(taken, name)) {
        problems_.add(place, "the column " + quoted(name) + " is no covariate", "[data] has another use for it",
                      "remove it");
      }
    } else if (frame_.model && name != "baseline") {
      problems_.add(place, "there is no covariate " + quoted(name), "a data model has none but \"baseline\"",
                    "remove it");
    } else if (!index_of(covariate_names, name)) {
      problems_.add(place, "there is no covariate " + quoted(name), fmt::format("in \"{}\"", key),
                    did_you_mean(name, covariate_names));
    } else if (name == "baseline" && !has_baseline()) {
      problems_.add(place, "there is no baseline to adjust for", no_baseline(), "remove it");
    }
  }

  void read_covariates() {
    if (!method_->adjusts) {
      refuse_idle("adjust", fmt::format("{} does not adjust", method_->name));
    } else {
      plan_.adjust = read_names("adjust");
    }
    if (!method_->repeated) {
      refuse_idle("adjust_by_visit", fmt::format("{} has one visit", method_->name));
    } else {
      plan_.adjust_by_visit = read_names("adjust_by_visit");
    }
    for (std::size_t index = 0; index < plan_.adjust_by_visit.size(); ++index) {
      if (!index_of(plan_.adjust, plan_.adjust_by_visit[index])) continue;
      problems_.add(item_place(reader_, "adjust_by_visit", index),
                    quoted(plan_.adjust_by_visit[index]) + " is adjusted for twice",
                    "its coefficients by visit include the common one", "remove it from \"adjust\"");
    }
    check_baseline_once();
  }

  /// The baseline of gmfm66 is the covariate gmfm66.
  void check_baseline_once() {
    if (!frame_.disease_model()) return;
    for (const auto& [key, names] :
         {std::pair("adjust", &plan_.adjust), std::pair("adjust_by_visit", &plan_.adjust_by_visit)}) {
      const std::optional<int> own = index_of(*names, plan_.endpoint);
      if (!own || (!index_of(plan_.adjust, "baseline") && !index_of(plan_.adjust_by_visit, "baseline"))) continue;
      problems_.add(item_place(reader_, key, static_cast<std::size_t>(*own)),
                    quoted(plan_.endpoint) + " is adjusted for twice", "\"baseline\" is the same", "remove one");
    }
  }

  void read_strata() {
    using Strata = TrialMethod::Strata;
    if (method_->strata == Strata::none) {
      refuse_idle("stratify", fmt::format("{} has no strata", method_->name));
      return;
    }
    if (frame_.model) {
      refuse_idle("stratify", "a data model has no covariates");
      if (method_->strata == Strata::required) {
        reader_.refuse("analysis", fmt::format("{} needs strata", method_->name), "a data model has no covariates",
                       "use another method");
      }
      return;
    }
    if (method_->strata == Strata::required && !says_something(reader_, "stratify")) {
      problems_.add(reader_.place("stratify"), "\"stratify\" is missing", fmt::format("{} needs strata", method_->name),
                    "write stratify = [\"gmfcs\"]");
    }
    const auto factors = distinct_texts(reader_, "stratify");
    if (!factors) return;
    plan_.stratify = *factors;
    for (std::size_t index = 0; index < factors->size(); ++index) check_factor(index, (*factors)[index]);
  }

  void check_factor(std::size_t index, const std::string& name) {
    const Place place = item_place(reader_, "stratify", index);
    if (frame_.data && !index_of(frame_.data->categorical, name)) {
      problems_.add(place, "the column " + quoted(name) + " makes no strata", "it holds numbers",
                    "list it in data.categorical");
    }
    if (!frame_.simulated) return;
    if (!index_of(factor_names, name)) {
      problems_.add(place, "there is no factor " + quoted(name), "in \"stratify\"", did_you_mean(name, factor_names));
    } else if (name == "age_years" && trial_.randomisation.age_cuts.empty()) {
      problems_.add(place, "ages have no groups", "trial.randomisation does not stratify by age_years",
                    "stratify it, with age_cuts");
    }
  }

  void read_repeated() {
    if (!method_->repeated) {
      for (const std::string_view key : {"covariance", "fallback", "covariance_by_arm", "df"}) {
        refuse_idle(key, fmt::format("it belongs to mmrm, and the analysis is {}", method_->name));
      }
      return;
    }
    if (const auto covariance = reader_.choice("covariance"))
      plan_.covariance = covariance_names.at(static_cast<std::size_t>(*covariance));
    if (const auto df = reader_.choice("df")) plan_.df = df_names.at(static_cast<std::size_t>(*df));
    plan_.covariance_by_arm = reader_.boolean("covariance_by_arm").value_or(false);
    if (!says_something(reader_, "fallback")) return;
    const auto fallback = reader_.choices("fallback");
    for (std::size_t index = 0; fallback && index < fallback->size(); ++index) {
      const std::string name(covariance_names.at(static_cast<std::size_t>((*fallback)[index])));
      if (name == plan_.covariance || index_of(plan_.fallback, name)) {
        problems_.add(item_place(reader_, "fallback", index), quoted(name) + " is tried twice", "it fails again",
                      "remove one");
      }
      plan_.fallback.push_back(name);
    }
  }

  void read_hypothesis() {
    const std::optional<int> hypothesis = reader_.choice("hypothesis");
    if (!hypothesis) return;
    plan_.hypothesis = static_cast<AnalysisPlan::Hypothesis>(*hypothesis);
    const bool shows_margin = plan_.hypothesis != AnalysisPlan::Hypothesis::superiority;
    if (!method_->margin) {
      if (shows_margin) {
        reader_.refuse("hypothesis", fmt::format("{} cannot show {}", method_->name, name_of(plan_.hypothesis)),
                       "it tests no difference only, and no margin", "use another method");
      } else {
        refuse_without_effect(reader_, "margin", fmt::format("{} tests no difference only", method_->name));
      }
      return;
    }
    if (method_->bayes && plan_.hypothesis == AnalysisPlan::Hypothesis::equivalence) {
      reader_.refuse("hypothesis", "bayes cannot show equivalence", "it looks at the probability beyond one margin",
                     "use another method");
    }
    if (shows_margin) require_key(reader_, "margin", fmt::format("{} needs one", name_of(plan_.hypothesis)));
    const std::optional<double> margin = reader_.number("margin");
    plan_.margin = margin.value_or(0);
    if (shows_margin && margin && *margin == 0) {
      reader_.refuse("margin", "\"margin\" = 0 is impossible",
                     fmt::format("{} needs one above 0", name_of(plan_.hypothesis)), "");
    }
  }

  void read_bayes() {
    if (!method_->bayes) {
      for (const std::string_view key : {"prior_mean", "prior_sd", "posterior_probability"}) {
        refuse_without_effect(reader_, key, fmt::format("it belongs to bayes, and the analysis is {}", method_->name));
      }
      return;
    }
    plan_.prior_mean = reader_.number("prior_mean").value_or(0);
    plan_.prior_sd = reader_.number("prior_sd").value_or(0);
    if (!reader_.has("prior_sd")) refuse_without_effect(reader_, "prior_mean", "a prior without \"prior_sd\" is flat");
    plan_.posterior_probability = reader_.number("posterior_probability").value_or(plan_.posterior_probability);
  }

  TableReader reader_;
  bool is_table_;
  const TrialQuestion& trial_;
  const TrialFrame& frame_;
  Problems& problems_;
  const TrialMethod* method_ = nullptr;
  std::optional<OutcomeKind> kind_;  // nothing for a data file, or when the endpoint was refused
  AnalysisPlan plan_;
};

}  // namespace

AnalysisPlan read_analysis(const TomlValue& table, bool primary, const TrialQuestion& trial, const TrialFrame& frame,
                           StudyContext& context) {
  return AnalysisReader(table, trial, frame, context).read(primary);
}

}  // namespace vcohort
