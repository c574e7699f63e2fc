#include "tests/io/study/random_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "engine/analysis/methods.hpp"
#include "engine/study/covariates.hpp"
#include "engine/study/endpoints.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/beside_keys.hpp"
#include "io/study/policy_sections.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {
namespace {

using Texts = std::vector<std::string>;

/// What a study asks, and with what.
enum class Shape : std::uint8_t { cohort, trial, policy, data_model, data, data_and_model };

class RandomStudy {
 public:
  explicit RandomStudy(std::uint64_t seed) : generator_(seed), shape_(static_cast<Shape>(below(6))) { special(); }

  std::string text() {
    std::string text = lines(top_section);
    if (patients()) text += patients_text();
    if (shape_ == Shape::data || shape_ == Shape::data_and_model) text += block(data_section);
    if (model()) text += block(data_model_section);
    if (shape_ != Shape::cohort) text += trial();
    if (shape_ == Shape::policy) text += block(policy_section);
    return text;
  }

 private:
  bool patients() const { return shape_ == Shape::cohort || shape_ == Shape::trial || shape_ == Shape::policy; }
  bool model() const { return shape_ == Shape::data_model || shape_ == Shape::data_and_model; }

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(generator_() % limit); }
  bool chance(double probability) { return unit() < probability; }
  double unit() { return std::uniform_real_distribution<double>(0, 1)(generator_); }
  double between(double low, double high) { return low + (high - low) * unit(); }
  template <typename Items>
  auto one_of(const Items& items) {
    return *(std::begin(items) + static_cast<std::ptrdiff_t>(below(std::size(items))));
  }
  template <typename Items>
  Texts some_of(const Items& items, std::size_t least = 1) {
    Texts all(std::begin(items), std::end(items));
    std::shuffle(all.begin(), all.end(), generator_);
    all.resize(std::min(all.size(), least + below(3)));
    return all;
  }

  double number(const Range& range) {
    constexpr std::array<double, 4> spans = {1, 30, 1e6, 1e19};
    const double low = std::isfinite(range.low) ? range.low : (std::isfinite(range.high) ? range.high - 1 : -5);
    const double high = std::min(range.high, low + one_of(spans));
    const double value = between(low, high);
    return range.contains(value) ? value : (low + high) / 2;
  }
  std::vector<double> ascending(std::size_t count, double low, double high) {
    std::vector<double> numbers;
    for (std::size_t k = 0; k < count; ++k) numbers.push_back(between(low, high));
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  std::string words() {
    constexpr std::array<std::string_view, 5> texts = {"a", "x \"y\" \\ z", "Größe", "two\nlines", "#"};
    return toml_text(fmt::format("{}{}", one_of(texts), below(1000)));
  }

  /// A value of the declared kind.
  std::string value(const SectionSpec& section, const KeySpec& key) {
    const auto found = special_.find(fmt::format("{}.{}", section.heading, key.name));
    if (found != special_.end()) return found->second();
    switch (key.type) {
      case KeyType::boolean:
        return chance(0.5) ? "true" : "false";
      case KeyType::integer:
        return number_text(static_cast<std::int64_t>(std::floor(std::min(number(key.range) + 0.5, 9e18))));
      case KeyType::number:
        return number_text(number(key.range));
      case KeyType::list_of_numbers:
        return number_list(ascending(1 + below(3), key.range.low + 0.01, std::min(key.range.high, key.range.low + 30)));
      case KeyType::list_of_texts:
        return text_list(key.choices.empty() ? Texts{"a", "b"} : some_of(key.choices));
      case KeyType::pair_of_numbers:
        return number_list(ascending(2, std::max(key.range.low + 0.001, -1e3), std::min(key.range.high - 0.001, 1e3)));
      case KeyType::table:
        return key.table ? table(*key.table) : std::string(key.example);
      case KeyType::text:
        return key.choices.empty() ? words() : toml_text(one_of(key.choices));
      default:
        return std::string(key.example);
    }
  }

  /// Keys with a condition are always there: the writer leaves out those without use.
  Texts items(const SectionSpec& section) {
    Texts items;
    for (const KeySpec& key : section.keys) {
      const bool says_it_otherwise = !key.resolves_to.empty();
      if (says_it_otherwise || never_.contains(fmt::format("{}.{}", section.heading, key.name))) continue;
      const bool needed = always_.contains(fmt::format("{}.{}", section.heading, key.name));
      if (key.required || key.use || needed || chance(0.6))
        items.push_back(fmt::format("{} = {}", key.name, value(section, key)));
    }
    return items;
  }
  std::string lines(const SectionSpec& section) { return fmt::format("{}\n", fmt::join(items(section), "\n")); }
  std::string block(const SectionSpec& section) { return fmt::format("\n{}\n{}", section.heading, lines(section)); }
  std::string table(const SectionSpec& section) { return fmt::format("{{ {} }}", fmt::join(items(section), ", ")); }

  std::string patients_text() {
    std::string text = block(population_section) + "\n[[strategy]]\nname = \"rehabilitation\"\n";
    strategies_ = {"rehabilitation"};
    for (int k = 0; k < 3; ++k) {
      strategies_.push_back(fmt::format("cells {}", k));
      const std::array<std::string, 3> doses = {"dose_per_kg", "dose", "reference_doses"};
      never_ = {"[[strategy]].choose", "[[strategy]].eligibility"};
      for (const std::string& dose : doses) never_.insert("[[strategy]]." + dose);
      never_.erase("[[strategy]]." + one_of(doses));
      text += block(strategy_section);
    }
    if (chance(0.5))
      text += fmt::format("\n[[strategy]]\nname = \"surgery\"\nprocedure = {}\neligibility = {}\n", procedure(),
                          table(strategy_eligibility_section));
    choice_ = shape_ != Shape::trial && chance(0.5);
    if (choice_) text += "\n[[strategy]]\nname = \"by marker\"\nchoose = " + table(choose_section) + "\n";
    if (chance(0.3)) text += "\n[grid]\ncell = \"CB\"\nroute = \"intravenous\"\ntotal_dose_per_kg = 8e6\n";
    never_.insert(chance(0.5) ? "[strata].topography" : "[strata].injury");  // the product of all is too large
    if (chance(0.7)) text += block(strata_section);
    if (chance(0.3)) text += "\n[strata.article]\n" + lines(strata_section);
    text += block(outcomes_section);
    const bool cohort = shape_ == Shape::cohort || chance(0.3);
    if (cohort) text += block(cohort_section);
    if (cohort && chance(0.8)) text += block(claim_section);
    if (chance(0.4)) text += block(override_section);
    if (chance(0.4)) text += block(sweep_section);
    return text;
  }

  std::string trial() {
    if (shape_ == Shape::data) {
      for (const KeySpec& key : trial_section.keys)
        if (key.use && key.name != "alpha") never_.insert(fmt::format("[trial].{}", key.name));
    } else {
      arms_ = some_of(strategies_, 2);
    }
    never_.insert({"[trial].design", "[trial].effect", "[trial].multiplicity"});
    const Texts loss = chance(0.3) ? Texts{"months", "share"} : Texts{"per_month"};
    for (const std::string& key : loss) never_.insert("trial.dropout." + key);
    primary_ = &method();
    looks_ = primary_->looks && (shape_ == Shape::data || arms_.size() == 2) && chance(0.4);
    if (!looks_) never_.insert("[trial].looks");
    if (looks_ || chance(0.5)) never_.insert("[trial].final");
    alpha_ = looks_ ? number_between(0.02, 0.09) : number_between(0.001, 0.999);
    sides_ = looks_ && chance(0.5) ? 1 : 2;
    return block(trial_section);
  }

  std::string data_arms() {
    std::string control = table(data_arm_section);
    const std::string active = chance(0.3) ? fmt::format("{{ {} }}", effect()) : table(data_arm_section);
    return fmt::format("{{ control = {}, active = {} }}", control, active);
  }

  /// What an arm may be against the first.
  std::string effect() {
    switch (kind()) {
      case OutcomeKind::score:
        return (chance(0.5) ? "difference = " : "standardised_difference = ") + number_between(-2, 2);
      case OutcomeKind::binary:
        return chance(0.5) ? "odds_ratio = " + number_between(0.2, 4) : "risk_ratio = " + number_between(0.2, 1);
      case OutcomeKind::ordinal:
        return "odds_ratio = " + number_between(0.2, 4);
      case OutcomeKind::survival:
        return fmt::format("hazard_ratio = [1, {}], hazard_ratio_from_months = [0, {}]", number_between(0.2, 4),
                           number_between(1, 12));
      case OutcomeKind::count:
        return "rate_ratio = " + number_between(0.2, 4);
    }
    return {};
  }

  /// As many numbers as visits, or categories; arms begin alike.
  std::string per_visit(const std::string& key, double low, double high) {
    std::vector<double> numbers;
    for (std::size_t k = 0; k < model_visits_.size(); ++k) numbers.push_back(between(low, high));
    if (kind_ == "ordinal") numbers = {0.25, between(0, 0.5)};
    if (kind_ == "ordinal") numbers.push_back(1 - numbers[0] - numbers[1]);
    numbers.front() = baseline_.try_emplace(key, numbers.front()).first->second;
    return number_list(numbers);
  }

  std::string model_visits() {
    const bool baseline = chance(0.7);
    model_visits_ = kind_ == "ordinal" ? std::vector<double>{12} : std::vector<double>{baseline ? 0.0 : 1.0, 6, 12};
    visits_ = model_visits_;
    if (model_visits_.front() == 0) visits_.erase(visits_.begin());
    if (kind_ == "survival" || kind_ == "count") visits_.clear();
    return number_list(model_visits_);
  }

  /// One of each kind: x, g, c and site.
  std::string data_covariates() {
    covariates_ = true;
    const std::string by_visit = number_list(std::vector<double>(std::max<std::size_t>(1, model_visits_.size()), 0.5));
    return fmt::format(
        "{{ x = {{ kind = \"normal\", mean = {}, sd = 1, decimals = 1, cuts = [-1, 1], effect = {} }}, "
        "g = {{ kind = \"binary\", share = 0.3, levels = [\"a\", \"b\"], effect = {}, interaction = {{ active = 0.1 "
        "}}, "
        "correlated_with = {{ x = 0.4 }} }}, "
        "c = {{ kind = \"categorical\", levels = [\"a\", \"b\", \"c\"], shares = [0.5, 0.25, 0.25], effect = {{ b = {} "
        "}}, "
        "by_visit = {} }}, "
        "site = {{ kind = \"site\", number = 3, shares = [0.5, 0.25, 0.25], rate_cv = {}, opened_months = [0, 1, 2], "
        "effect_sd = "
        "0.1 }} }}",
        number_between(1, 2), number_between(0.01, 0.1), number_between(0.01, 0.1), number_between(0.01, 0.1), by_visit,
        number_between(0.1, 1));
  }

  std::string correlation() {
    return chance(0.5) || model_visits_.size() < 3
               ? fmt::format("{{ structure = \"ar1\", rho = {} }}", number_text(between(0, 0.9)))
               : "[[1, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 1]]";
  }

  OutcomeKind kind() const {
    if (model()) return static_cast<OutcomeKind>(*index_of(data_model_names, kind_));
    return shape_ == Shape::data ? OutcomeKind::score : find_endpoint(endpoint_)->kind;
  }

  /// A method that fits an endpoint.
  const analysis::Method& method() {
    endpoint_ = model() ? "outcome" : shape_ == Shape::data ? "value" : one_of(endpoints_);
    if (shape_ == Shape::data_model && kind() == OutcomeKind::survival && chance(0.2)) return *analysis::find_method("kaplan-meier");
    for (;;) {
      const analysis::Method& method = analysis::methods[below(analysis::methods.size())];
      const bool simulated = shape_ != Shape::data;
      const bool strata = method.strata == analysis::Method::Strata::required;
      const bool time = method.fits.contains(OutcomeKind::survival) && !method.fits.contains(OutcomeKind::score);
      const bool units = method.units != analysis::Method::Units::patients;
      if (units || method.paired || (method.competing && simulated) || (strata && model()) ||
          (method.single_arm && simulated) ||
          (time && shape_ != Shape::trial && shape_ != Shape::policy && !(shape_ == Shape::data_model)))
        continue;
      if (method.fits.contains(kind()) ||
          (simulated && method.responders && kind() == OutcomeKind::score && (!model() || model_visits_.front() == 0)))
        return method;
    }
  }

  /// What of an analysis fits together, which the declarations check but do not know.
  std::string analysis(const analysis::Method& method, const std::string& name) {
    Texts items = {fmt::format("analysis = \"{}\"", method.name), "fallback = [\"ar1\"]"};
    if (!name.empty()) items.push_back("name = " + toml_text(name));
    if (patients() || (model() && chance(0.5))) items.push_back(fmt::format("endpoint = \"{}\"", endpoint_));
    if (shape_ == Shape::data || (shape_ == Shape::data_and_model && chance(0.7))) items.emplace_back("visit = \"V4\"");
    if (!visits_.empty()) items.push_back("visit_months = " + number_text(visits_.back()));
    const bool baseline = kind() == OutcomeKind::score && !model();
    if (!model()) {
      const Texts covariates = patients() ? Texts{"weight_kg", "sex", "injury"} : Texts{"c", "d"};
      const Texts factors = patients() ? Texts{"gmfcs", "sex", "genotype"} : Texts{"a", "b"};
      items.push_back("adjust = " + text_list(some_of(covariates)));
      items.push_back("stratify = " + text_list(some_of(factors)));
      if (baseline) items.insert(items.end(), {"adjust_by_visit = [\"baseline\"]", "change_from_baseline = true"});
    }
    if (covariates_ && !looks_ && chance(0.3)) items.emplace_back("where = { c = [\"a\", \"c\"] }");
    if (covariates_ && !looks_ && method.margin && chance(0.3)) items.emplace_back("interaction = \"g\"");
    if (method.single_arm) items.push_back("against = " + number_between(0.1, 0.9));
    if (method.wins && !patients() && shape_ != Shape::data_model)
      items.emplace_back("hierarchy = [" + table(hierarchy_section) + ", " + table(hierarchy_section) + "]");
    const std::size_t hypotheses = method.bayes || (looks_ && method.margin) ? 2 : method.margin ? 3 : 1;
    const std::string_view hypothesis = hypothesis_names.at(below(hypotheses));
    items.push_back(fmt::format("hypothesis = \"{}\"", hypothesis));
    for (const std::string_view key : {"firth", "covariance", "covariance_by_arm", "df", "margin",
                                       "responder_threshold", "prior_mean", "prior_sd", "posterior_probability"})
      items.push_back(fmt::format("{} = {}", key, value(analysis_section, *analysis_section.find(key))));
    using analysis::Method;
    if (method.weights == Method::Weights::one) items.emplace_back("weights = [0, 0.5]");
    if (method.weights == Method::Weights::several && chance(0.5)) items.emplace_back("weights = [[0.5, 0], [0, 2]]");
    if (method.horizon == Method::Horizon::tau) items.push_back("tau_months = " + number_between(0.01, 0.5));
    if (method.horizon == Method::Horizon::at) {
      items.push_back("at_months = " + number_between(0.01, 0.5));
      const bool superior = hypothesis == hypothesis_names.front();
      if (!method.competing) items.push_back(fmt::format("interval = \"{}\"", superior ? "log-log" : "plain"));
    }
    return fmt::format("{{ {} }}", fmt::join(items, ", "));
  }

  std::string rehabilitation() {
    return fmt::format(
        "[{{ hours_per_week = {}, weeks = {}, repeat = 2, every_weeks = {}, start_months = {} }}, {{ hours_per_week = "
        "1 "
        "}}]",
        number_between(0, 20), number_between(1, 10), number_between(11, 50), number_between(0.1, 12));
  }
  std::string procedure() {
    return fmt::format("{{ name = {}, times = 2, every_months = {}, start_months = {} }}",
                       toml_text(one_of(procedure_names)), number_between(1, 9), number_between(0.1, 12));
  }

  /// Three looks, with bounds that there are.
  std::string looks() {
    const Texts bounds = {"boundary = \"pocock\"",
                          "boundary = \"wang-tsiatis\", delta = " + number_between(0, 0.4),
                          "boundary = \"haybittle-peto\", z = " + number_between(2.9, 4),
                          "spending = \"pocock\"",
                          "spending = \"hwang-shih-decani\", gamma = " + number_between(-4, 1),
                          "spending = \"power\", rho = " + number_between(1, 3),
                          "spending = \"table\", table = [0.001, 0.01, " + alpha_ + "]"};
    const Texts stops = {"z = [\"none\", " + number_between(-1, 0.2) + "]",
                         "spending = \"obrien-fleming\", looks = [1]",
                         "spending = \"hwang-shih-decani\", gamma = " + number_between(-4, -1),
                         "spending = \"power\", rho = " + number_between(2, 3),
                         "spending = \"table\", table = [0.01, 0.05, 0.25]",
                         "conditional_power = [0.02, \"none\"], drift = \"design\"",
                         "predictive_power = [\"none\", 0.02], prior_mean = 1, prior_sd = " + number_between(1, 3)};
    const std::string chosen = chance(0.5) ? ", looks = [2, 3]" : "";
    std::string text = fmt::format(
        "{{ information = {}, timing = {}, maximum = {}, power = 0.75, efficacy = {{ {}{} }}, futility = {{ {}, "
        "binding = "
        "{} }}, observed = [{{ information = {}, z = 1 }}, {{ information = {}, z = -1, final = true }}], last_spends "
        "= "
        "\"function\" }}",
        number_list({between(0.2, 0.4), between(0.6, 0.8), 1}), toml_text(one_of(look_timing_names)),
        number_between(1, 99), one_of(bounds), chosen, one_of(stops), truth(sides_ == 1), number_between(0.1, 0.4),
        number_between(0.5, 0.9));
    const std::string today =
        ", today = { months = 9, at_risk = 5, enrolled = 1000000, events = 3, followed_months = 40 }";
    if (text.find("timing = \"events\"") != std::string::npos) text.insert(text.size() - 2, today);
    return text;
  }

  std::string arms() {
    std::string text;
    ratios_ = 0;
    for (const std::string& arm : arms_) {
      const int ratio = 1 + static_cast<int>(below(2));
      ratios_ += ratio;
      text += fmt::format("{}{{ strategy = {}, ratio = {}", text.empty() ? "[" : " }, ", toml_text(arm), ratio);
      const bool crosses = shape_ == Shape::trial && arm == "rehabilitation" && crosses_over();
      if (crosses) text += ", crossover_to = \"cells 0\", crossover_months = " + number_text(visits_.front() / 2);
    }
    return text + " }]";
  }

  /// A late start goes with few of the other keys, so that it is rare.
  bool crosses_over() { return chance(0.3) && endpoint_.find("drooling") == std::string::npos; }

  /// One that is recorded; empty where none is.
  std::string score() const {
    const auto is_score = [](const std::string& name) { return find_endpoint(name)->kind == OutcomeKind::score; };
    const auto found = std::find_if(endpoints_.begin(), endpoints_.end(), is_score);
    return found == endpoints_.end() ? std::string() : *found;
  }

  std::string by_name(const Texts& names, double low, double high) {
    Texts items;
    for (const std::string& name : names)
      items.push_back(fmt::format("{} = {}", toml_text(name), number_text(between(low, high))));
    return fmt::format("{{ {} }}", fmt::join(items, ", "));
  }

  std::string events() {
    Texts kinds = {"discontinuation", "rescue"};
    if (!model()) kinds.insert(kinds.end(), {"missed-infusion", "adverse-event"});
    Texts items;
    for (const std::string& kind : some_of(kinds)) {
      event_ = toml_text(kind);
      items.push_back(table(intercurrent_section));
    }
    return fmt::format("[{}]", fmt::join(items, ", "));
  }

  std::string secondary() {
    Texts items;
    for (std::size_t k = 0; k <= below(3); ++k) {
      const analysis::Method& other = method();
      items.push_back(analysis(other, fmt::format("analysis {}", k)));
    }
    return fmt::format("[{}]", fmt::join(items, ", "));
  }

  std::string costs() {
    Texts items;
    for (const std::string& strategy : some_of(Texts{"cells 0", "cells 1", "cells 2"})) {
      cost_of_ = toml_text(strategy);
      items.push_back(table(policy_cost_section));
    }
    if (choice_) items.emplace_back("{ strategy = \"by marker\", cost_once = 100, source = \"tariff\" }");
    return fmt::format("[{}]", fmt::join(items, ", "));
  }

  std::string share_mix() {
    const double share = between(0, 1), later = between(0, 1);
    if (chance(0.5))
      return fmt::format("{{ rehabilitation = {}, \"cells 1\" = {} }}", number_text(share), number_text(1 - share));
    return fmt::format("{{ rehabilitation = {}, \"cells 1\" = {} }}", number_list({share, later}),
                       number_list({1 - share, 1 - later}));
  }

  std::string number_between(double low, double high) { return number_text(between(low, high)); }
  std::string whole_between(int low, int high) {
    return number_text(static_cast<std::int64_t>(low) +
                       static_cast<std::int64_t>(below(static_cast<std::size_t>(high - low + 1))));
  }

  void special() {
    const auto set = [&](const std::string& path, std::function<std::string()> make) { special_[path] = make; };
    set("[trial].final", [this] {
      const std::string events = kind() == OutcomeKind::survival ? "events = 2, " : "";
      return fmt::format("{{ {}months = {}, followed_months = {}, when = \"earlier\" }}", events,
                         number_between(500, 900), number_between(1, 40));
    });
    const auto number = [&](const std::string& path, double low, double high) {
      set(path, [=, this] { return number_between(low, high); });
    };
    const auto whole = [&](const std::string& path, int low, int high) {
      set(path, [=, this] { return whole_between(low, high); });
    };
    const auto strategy = [&](const std::string& path) {
      set(path, [this] { return toml_text(one_of(strategies_)); });
    };
    number("a distribution.low", 0, 2);
    for (const char* key : {"value", "mode", "mean", "median"}) number(std::string("a distribution.") + key, 3, 9);
    number("a distribution.high", 10, 18);
    set("a distribution.bands",
        [this] { return fmt::format("[[1, {}], [5, {}]]", number_between(2, 4), number_between(6, 9)); });
    set("a distribution.shares", [] { return "[0.25, 0.75]"; });
    set("[population].gmfcs", [this] {
      const double share = between(0.1, 0.9);
      return fmt::format("{{ I = {}, III = {} }}", number_text(share), number_text(1 - share));
    });
    set("population.eligibility.age_years", [this] { return number_list({between(0, 1), between(30, 90)}); });
    set("population.eligibility.motor_type", [] { return "[\"spastic\", \"ataxic\"]"; });
    set("population.eligibility.topography", [] { return "[\"diplegia\", \"none\"]"; });
    set("population.eligibility.gmfcs", [] { return "[\"I\", \"II\"]"; });

    set("[[strategy]].tolerance", [this] {
      return toml_text(tolerance_names.at(below(shape_ == Shape::cohort ? 3 : 2)));  // trials cannot halve doses
    });
    for (const char* whose : {"[[strategy]]", "[population]", "[trial]"})
      set(fmt::format("{}.rehabilitation", whose), [this] { return rehabilitation(); });
    set("[[strategy]].procedure", [this] { return procedure(); });
    set("[[strategy]].name", [this] { return toml_text(strategies_.back()); });
    whole("[[strategy]].infusions", 1, 5);
    number("[[strategy]].interval_days", 1, 10);
    whole("[[strategy]].courses", 1, 3);
    number("[[strategy]].course_interval_days", 100, 300);
    number("[[strategy]].start_months", 0, 12);
    set("strategy.choose.above", [] { return "\"cells 0\""; });
    set("strategy.choose.below", [] { return "\"cells 1\""; });
    for (const KeySpec& key : strata_section.keys) {
      if (key.type == KeyType::list_of_numbers)
        set(fmt::format("[strata].{}", key.name),
            [this, &key] { return number_list(ascending(3, key.range.low, key.range.high)); });
    }
    set("[outcomes].visits_months", [this] {
      visits_ = {1, 3};
      for (const double visit : {6.0, 12.0, 24.0})
        if (chance(0.5)) visits_.push_back(visit);
      return number_list(visits_);
    });
    set("[outcomes].endpoints", [this] {
      endpoints_ = some_of(endpoint_names(), 2);
      if (score().empty()) never_.insert("[trial].decimals");
      return text_list(endpoints_);
    });
    set("[trial].decimals",
        [this] { return fmt::format("{{ {} = {} }}", score().empty() ? "adl" : score(), below(4)); });
    strategy("[cohort].reference");
    set("[claim].contrast",
        [this] { return fmt::format("[{}, {}]", table(claim_contrast_section), table(claim_contrast_section)); });
    set("claim.contrast.of, claim.contrast.less.table", [this] {
      Texts tables = {"increments", "summary", "harm", "adverse_events"};
      if (shape_ != Shape::cohort) tables.emplace_back("operating_characteristics");
      return toml_text(one_of(tables));
    });
    strategy("claim.contrast.of, claim.contrast.less.strategy");
    strategy("claim.contrast.of, claim.contrast.less.reference");

    set("[data].arm_order", [] { return "[\"PBO\", \"LOW\", \"HIGH\"]"; });
    set("[data].visit_order", [] { return "[\"V2\", \"V4\"]"; });
    const auto one_of_two = [&](const char* one, const char* other) {
      never_.insert(std::string("[data].") + (chance(0.5) ? one : other));
    };
    one_of_two("visit_order", "visit_months");
    one_of_two("exposure", "offset");
    if (chance(0.7)) never_.insert({"[data].time", "[data].event"});
    never_.insert("[data].competing");
    if (chance(0.9)) always_.insert("[data].arm");
    always_.insert("[data].baseline");
    set("[data].categorical", [] { return "[\"a\", \"b\"]"; });
    never_.insert({"[data].cluster", "[data_model].intracluster_correlation", "[data_model].cluster_autocorrelation",
                   "data_model.arms.carry_over"});
    for (const char* key :
         {"patient", "arm", "visit", "value", "baseline", "visit_months", "time", "event", "exposure", "offset"})
      set(std::string("[data].") + key, [key] { return toml_text(key); });
    set("[data_model].kind", [this] { return toml_text(kind_ = one_of(data_model_names)); });
    set("[data_model].visits_months", [this] { return model_visits(); });
    set("[data_model].correlation", [this] { return correlation(); });
    set("[data_model].arms", [this] {
      strategies_ = {"control", "active"};
      return data_arms();
    });
    set("[data_model].covariates", [this] { return data_covariates(); });
    set("data_model.arms.mean", [this] { return per_visit("mean", -5, 5); });
    set("data_model.arms.sd", [this] { return per_visit("sd", 1, 5); });
    set("data_model.arms.share", [this] { return per_visit("share", 0, 1); });
    set("data_model.arms.hazard", [this] { return number_list({between(0, 1), between(0, 1)}); });
    set("data_model.arms.hazard_from_months", [this] { return number_list({0, between(1, 12)}); });

    set("[trial].looks", [this] { return looks(); });
    set("[trial].alpha", [this] { return alpha_; });
    set("[trial].sides", [this] { return number_text(std::int64_t{sides_}); });
    set("[trial].arms", [this] { return arms(); });
    set("[trial].reference", [this] { return toml_text(one_of(arms_)); });
    set("[trial].sample_size", [this] { return fmt::format("[{}, {}]", size_, whole_between(91, 500)); });
    set("claim.contrast.of, claim.contrast.less.sample_size", [this] { return size_; });
    number("[trial].visit_window_days", 0, 10);
    set("[trial].primary", [this] { return analysis(*primary_, ""); });
    set("[trial].secondary", [this] { return secondary(); });
    set("trial.primary.covariance", [this] { return toml_text(covariance_names.at(below(5))); });
    set("trial.randomisation.block",
        [this] { return number_text(std::int64_t{ratios_} * (1 + static_cast<int>(below(4)))); });
    number("trial.randomisation.probability", 0.8, 1);
    set("trial.randomisation.stratify", [this] { return model() ? "[\"g\", \"x\"]" : "[\"gmfcs\", \"age_years\"]"; });
    set("trial.randomisation.age_cuts", [this] { return number_list(ascending(2, 1, 17)); });
    set("[trial].accrual", [this] {
      const std::array<std::string, 3> profiles = {"per_month = " + number_between(1, 20), "ramp = [[0, 2], [6, 10]]",
                                                   "pieces = [[0, 3], [6, 10]]"};
      return fmt::format("{{ {}, poisson = {} }}", one_of(profiles), truth(chance(0.5)));
    });
    set("trial.dropout.months", [this] { return number_list({between(1, 5), between(6, 24)}); });
    set("trial.dropout.share", [this] { return number_list({between(0, 0.2), between(0.2, 0.5)}); });
    set("trial.dropout.mechanism",
        [this] { return toml_text(visits_.empty() ? dropout_names.front() : one_of(dropout_names)); });
    set("trial.dropout.arms", [this] { return by_name(arms_, 0.5, 2); });
    set("[trial].intercurrent", [this] { return visits_.empty() ? std::string("[]") : events(); });
    set("trial.intercurrent.event", [this] { return event_; });
    set("trial.intercurrent.arms", [this] { return chance(0.5) ? by_name(arms_, 0, 1) : by_name(arms_, 0.25, 0.25); });

    strategy("[policy].reference");
    number("[policy].horizon_years", 10, 50);
    whole("[policy.budget].years", 3, 5);
    whole("[policy].parameter_draws", 2, 20);
    set("[policy].care_follows_motor", [this] { return std::string(truth(!choice_)); });
    number("[policy].visit_months", 1, 60);
    set("[policy].thresholds", [this] { return number_list(ascending(2, 0, 1e5)); });
    set("[policy].willingness_to_pay",
        [this] { return chance(0.3) ? number_list(ascending(4, 0, 1e5)) : table(willingness_section); });
    number("policy.willingness_to_pay.from", 0, 1e4);
    number("policy.willingness_to_pay.to", 2e4, 1e5);
    number("policy.willingness_to_pay.step", 1e3, 5e3);
    set("[policy].research", [this] { return table(policy_research_section); });
    set("[policy].cost", [this] { return costs(); });
    set("[[policy.cost]].strategy", [this] { return cost_of_; });
    set("[policy.budget].before", [this] { return share_mix(); });
    set("[policy.budget].after", [this] { return share_mix(); });
    set("[[sweep]].values", [this] {
      return chance(0.5) ? std::string("{ \"trial.alpha\" = [0.01, 0.02], \"trial.sides\" = [1, 2] }")
                         : std::string("{ \"parameter.a.b\" = [[1, \"a\"], { b = true }] }");
    });
    set("[[sweep]].labels", [] { return "[\"few\", \"many\"]"; });
    set("policy.sensitivity.sobol.points", [this] { return number_text(std::int64_t{16} << below(8)); });
  }

  std::mt19937_64 generator_;
  Shape shape_;
  std::map<std::string, std::function<std::string()>> special_;
  std::set<std::string> never_ = {"[data_model].endpoints"};
  std::set<std::string> always_ = {"[population].size", "[policy].population", "[policy].cost",
                                   "[data].visit",      "[data].baseline",     "[data].categorical",
                                   "[data].value",      "[trial].sides",       "[trial].looks"};
  Texts strategies_, arms_, endpoints_;
  std::string size_ = fmt::format("{}", whole_between(60, 90));  // of the smallest trial
  std::vector<double> visits_, model_visits_;                    // after baseline, and of the data model
  std::map<std::string, double> baseline_;
  std::string kind_, endpoint_, event_, cost_of_, alpha_;
  const analysis::Method* primary_ = nullptr;
  int ratios_ = 0, sides_ = 2;
  bool covariates_ = false;
  bool choice_ = false, looks_ = false;
};

/// A trial of several endpoints, of every kind that there may be, in a data model alone or with a data file.
class SeveralEndpoints {
 public:
  explicit SeveralEndpoints(std::uint64_t seed) : generator_(seed) {}

  std::string text() {
    const bool data = chance();
    std::string text = fmt::format("format = \"vcohort-study 1\"\nseed = {}\n", 1 + generator_() % 1000);
    if (data) text += "[data]\npatient = \"patient\"\narm = \"arm\"\nreference = \"control\"\nvalue = \"value\"\n";
    text += fmt::format("[data_model]\nendpoint_correlation = {{ pain = {{ grade = {}, death = {} }} }}\n",
                        number(-0.4, 0.4), number(0.1, 0.5));
    text += endpoints();
    text += fmt::format(
        "[trial]\narms = [{{ strategy = \"control\" }}, {{ strategy = \"active\" }}]\nsample_size = {}\nreplicates = "
        "10\n",
        2 * (50 + generator_() % 50));
    if (chance()) text += "dropout = { yearly = 0.1 }\n";
    return text + analyses(data) + multiplicity();
  }

 private:
  bool chance() { return generator_() % 2 == 0; }
  std::string number(double low, double high) {
    return number_text(std::uniform_real_distribution<double>(low, high)(generator_));
  }

  std::string endpoints() {
    std::string text = fmt::format(
        "[data_model.endpoints.pain]\nkind = \"normal\"\nvisits_months = [0, 6, 12]\ncorrelation = [[1, 0.5, 0.4], "
        "[0.5, 1, "
        "0.5], [0.4, 0.5, 1]]\ndecimals = 1\nmissing_share = {}\nlower_is_better = true\n"
        "arms = {{ control = {{ mean = [0, 0, 0], sd = [1, 1, 1] }}, active = {{ difference = {} }} }}\n",
        number(0.01, 0.3), number(-1, -0.1));
    text += fmt::format(
        "[data_model.endpoints.grade]\nkind = \"ordinal\"\nvisits_months = {}\n"
        "arms = {{ active = {{ share = [0.2, 0.3, 0.5] }}, control = {{ share = [0.3, 0.3, 0.4] }} }}\n",
        number(1, 24));
    for (const char* name : {"death", "stroke"})
      text += fmt::format(
          "[data_model.endpoints.{}]\nkind = \"survival\"\nfollow_up_months = {}\nends_follow_up = {}\n"
          "arms = {{ control = {{ hazard = {} }}, active = {{ hazard_ratio = {} }} }}\n",
          name, number(12, 30), truth(name[0] == 'd'), number(0.01, 0.1), number(0.3, 1));
    return text + "[data_model.endpoints.\"death or stroke\"]\nfirst_of = [\"stroke\", \"death\"]\n";
  }

  std::string analyses(bool data) {
    std::string text =
        "primary = { endpoint = \"pain\", visit_months = 12, analysis = \"ancova\", adjust = [\"baseline\"] "
        "}\nsecondary = [\n"
        "  { name = \"either\", endpoint = \"death or stroke\", analysis = \"logrank\" },\n"
        "  { name = \"stroke\", endpoint = \"stroke\", analysis = \"gray\" },\n"
        "  { name = \"strokes\", endpoint = \"stroke\", analysis = \"cumulative-incidence\", at_months = 6 },\n"
        "  { name = \"six\", endpoint = \"pain\", visit_months = 6, analysis = \"welch\" },\n";
    return text +
           fmt::format(
               "  {{ name = \"all\", analysis = \"win-ratio\", hierarchy = [{{ endpoint = \"death\", smallest_win = {} "
               "}}, {{ endpoint = \"pain\", visit_months = 12, {} }}] }},\n]\n",
               number(0.1, 2), data ? "value = \"pain_12\"" : "change_from_baseline = true");
  }

  std::string multiplicity() {
    const bool all = chance();
    return fmt::format(
        "[trial.multiplicity]\nrule = \"{}\"\nprimaries = [\"primary\", \"either\"]\nsequence = [\"six\"{}]\n{}",
        all ? "all" : "holm", chance() ? ", \"all\"" : "", all ? "" : "weights = [0.75, 0.25]\n");
  }

  std::mt19937_64 generator_;
};

}  // namespace

std::string random_study(std::uint64_t seed) {
  constexpr std::uint64_t one_in = 8;
  return seed % one_in == one_in - 1 ? SeveralEndpoints(seed).text() : RandomStudy(seed).text();
}

}  // namespace vcohort
