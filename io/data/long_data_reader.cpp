#include "io/data/long_data_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "engine/analysis/methods.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/study/covariates.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/endpoints.hpp"
#include "engine/trial/protocol.hpp"
#include "io/data/csv_rows.hpp"
#include "io/study/problems.hpp"

namespace vcohort {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

bool is_missing(const std::string& text) {
  return text.empty() || text == "NA";
}

/// Texts with numbers inside: "VIS2" before "VIS10".
bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      double one = 0;
      double other = 0;
      const auto end_a = std::from_chars(a.data() + i, a.data() + a.size(), one).ptr;
      const auto end_b = std::from_chars(b.data() + j, b.data() + b.size(), other).ptr;
      if (one != other) return one < other;
      i = static_cast<std::size_t>(end_a - a.data());
      j = static_cast<std::size_t>(end_b - b.data());
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i;
      ++j;
    }
  }
  return a.size() - i != b.size() - j ? a.size() - i < b.size() - j : a < b;
}

/// A name with its numbers taken out: visits that share it order naturally.
std::string without_numbers(const std::string& name) {
  std::string rest;
  for (const char c : name)
    if ((c < '0' || c > '9') && c != '.') rest += c;
  return rest;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Reader {
 public:
  Reader(const CsvFile& file, const Study& study, const AnalysisPlan& plan)
      : file_(file), study_(study), columns_(*study.data), plan_(plan) {}

  LongData read() {
    patient_ = file_.column(columns_.patient, "data.patient");
    visit_ = columns_.visit.empty() || is_of_times() ? none : file_.column(columns_.visit, "data.visit");
    for (const std::string& name : columns_.categorical) file_.column(name, "data.categorical");
    select_rows();
    list_patients();
    if (columns_.arm.empty())
      take_one_arm();
    else
      list_arms(file_.column(columns_.arm, "data.arm"));
    list_visits();
    find_cells();
    read_clusters();
    read_outcomes();
    if (analysis::find_method(plan_.method)->repeated) drop_empty_visits();
    data_.visits_have_order = visits_have_order();
    data_.lower_is_better = direction();
    if (!columns_.baseline.empty())
      data_.baseline = of_patient(file_.column(columns_.baseline, "data.baseline"), "baseline", false).values;
    for (const auto* names : {&plan_.adjust, &plan_.adjust_by_visit})
      for (const std::string& name : *names) read_covariate(name, name, is_category(name));
    for (const std::string& name : plan_.stratify) read_factor(name);
    for (const Subgroup& group : plan_.where) read_factor(group.covariate);
    if (!plan_.interaction.empty()) read_factor(plan_.interaction);
    check_baseline();
    return std::move(data_);
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  [[noreturn]] void refuse(std::size_t row, const std::string& problem, const std::string& why,
                           const std::string& what_to_do) const {
    throw InvalidInput(fmt::format("{}:{}:1: {}", file_.name, file_.line[row], explain(problem, why, what_to_do)));
  }

  double number(std::size_t row, std::size_t column) const {
    const std::string& text = file_.rows[row][column];
    if (is_missing(text)) return missing;
    const std::optional<double> value = number_in(text);
    if (!value) {
      const bool comma = has_decimal_comma(text);
      refuse(row, fmt::format("{} in column {} is no number", quoted(text), quoted(file_.header[column])),
             comma ? decimal_comma : "missing values are empty or NA",
             comma ? write_points : "correct it, or list the column in data.categorical");
    }
    return *value;
  }

  /// The rows that data.where keeps.
  void select_rows() {
    std::vector<bool> kept(file_.rows.size(), true);
    for (const DataColumns::Filter& filter : columns_.where) {
      const std::size_t column = file_.column(filter.column, "data.where");
      std::set<std::string> found;
      for (std::size_t row = 0; row < kept.size(); ++row) {
        const std::string& value = file_.rows[row][column];
        if (contains(filter.values, value)) found.insert(value);
        kept[row] = kept[row] && contains(filter.values, value);
      }
      for (const std::string& value : filter.values)
        if (!found.contains(value))
          throw InvalidInput(
              fmt::format("{}: {}", file_.name,
                          explain(fmt::format("no row has {} in column {}", quoted(value), quoted(filter.column)),
                                  "data.where asks for it", "correct data.where")));
    }
    // Of an exported trial each analysis takes the rows of its own endpoint.
    const bool simulated = !study_.trial->arms.empty() && (!study_.data_model || !study_.data_model->endpoints.empty());
    const bool exported = simulated && contains(file_.header, "endpoint");
    const std::size_t endpoint = exported ? file_.column("endpoint", "trial") : 0;
    for (std::size_t row = 0; row < kept.size(); ++row)
      if (kept[row] && (!exported || file_.rows[row][endpoint] == plan_.endpoint)) rows_.push_back(row);
    if (rows_.empty())
      throw InvalidInput(fmt::format(
          "{}: {}", file_.name,
          explain("no row is left", columns_.where.empty() ? "the table is empty" : "data.where keeps none", "")));
  }

  void list_patients() {
    std::map<std::string, std::size_t> known;
    for (const std::size_t row : rows_) {
      const std::string& name = file_.rows[row][patient_];
      if (is_missing(name))
        refuse(row, "this row has no patient", fmt::format("{} is empty", quoted(columns_.patient)),
               "fill it in, or remove the row");
      const auto [place, is_new] = known.emplace(name, data_.patients.size());
      if (is_new) {
        data_.patients.push_back(name);
        first_row_.push_back(row);
      }
      patient_of_.push_back(place->second);
    }
  }

  /// Called as a simulated trial calls it.
  void take_one_arm() {
    const std::vector<Arm>& arms = study_.trial->arms;
    data_.arms = {arms.size() == 1 ? arms.front().name : "all"};
    data_.arm.assign(data_.patients.size(), 0);
  }

  void list_arms(std::size_t column) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      const std::size_t row = rows_[k];
      const std::string& name = file_.rows[row][column];
      if (is_missing(name))
        refuse(row, "this row has no arm", fmt::format("{} is empty", quoted(columns_.arm)),
               "fill it in, or remove the patient");
      const std::string& first = file_.rows[first_row_[patient_of_[k]]][column];
      if (name != first)
        refuse(row, fmt::format("this patient is in arm {}", quoted(name)),
               fmt::format("an earlier row says {}", quoted(first)), "a patient has one arm");
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    sort_arms(names);
    const auto reference = std::find(names.begin(), names.end(), columns_.reference);
    if (reference == names.end())
      throw InvalidInput(
          fmt::format("{}: {}", file_.name,
                      explain(fmt::format("nobody is in the reference arm {}", quoted(columns_.reference)),
                              fmt::format("the arms are {}", listed(names)), "correct data.reference")));
    std::rotate(names.begin(), reference, reference + 1);
    const bool single = analysis::find_method(plan_.method)->single_arm;
    if (names.size() < 2 && !single)
      throw InvalidInput(fmt::format("{}: {}", file_.name,
                                     explain("there is only one arm", "a contrast needs two",
                                             "check data.arm, or compare it with a fixed value: exact-binomial, "
                                             "one-sample-t")));
    if (names.size() > 1 && single)
      throw InvalidInput(fmt::format(
          "{}: {}", file_.name,
          explain(fmt::format("{} analyses one arm", plan_.method), fmt::format("the arms are {}", listed(names)),
                  "choose one with data.where, or another method")));
    data_.arms = names;
    for (const std::size_t row : first_row_)
      data_.arm.push_back(
          static_cast<int>(std::find(names.begin(), names.end(), file_.rows[row][column]) - names.begin()));
  }

  /// As [data] lists them, or a simulated trial, else naturally: not as the rows come, which mean nothing.
  void sort_arms(std::vector<std::string>& names) const {
    std::vector<std::string> order = columns_.arm_order;
    const auto not_listed = [&](const std::string& name) { return !contains(order, name); };
    if (order.empty())
      for (const Arm& arm : study_.trial->arms) order.push_back(arm.name);
    const bool all = std::none_of(names.begin(), names.end(), not_listed);
    std::erase_if(order, [&](const std::string& name) { return !contains(names, name); });
    if (!columns_.arm_order.empty() && (!all || order.size() < columns_.arm_order.size()))
      throw InvalidInput(fmt::format("{}: {}", file_.name,
                                     explain(fmt::format("data.arm_order lists {}", listed(columns_.arm_order)),
                                             fmt::format("the arms are {}", listed(names)), "list each of them once")));
    if (all)
      names = order;
    else
      std::sort(names.begin(), names.end(), natural_less);
  }

  void list_visits() {
    if (visit_ == none) {
      data_.visits = {plan_.visit};
      visit_of_.assign(rows_.size(), 0);
      return;
    }
    std::map<std::string, std::size_t> first;
    for (const std::size_t row : rows_) {
      const std::string& name = file_.rows[row][visit_];
      if (is_missing(name))
        refuse(row, "this row has no visit", fmt::format("{} is empty", quoted(columns_.visit)),
               "fill it in, or remove the row");
      first.emplace(name, row);
    }
    for (const auto& [name, row] : first) data_.visits.push_back(name);
    if (!columns_.visit_months.empty()) read_visit_months();
    order_visits(first);
    for (const std::size_t row : rows_)
      visit_of_.push_back(static_cast<std::size_t>(
          std::find(data_.visits.begin(), data_.visits.end(), file_.rows[row][visit_]) - data_.visits.begin()));
  }

  void order_visits(const std::map<std::string, std::size_t>& first) {
    if (!columns_.visit_order.empty()) {
      for (const auto& [name, row] : first)
        if (!contains(columns_.visit_order, name))
          refuse(row, fmt::format("the visit {} has no place", quoted(name)),
                 "data.visit_order names every visit that occurs", "add it there, or leave it out by data.where");
      for (const std::string& name : columns_.visit_order)
        if (!first.contains(name))
          throw InvalidInput(fmt::format("{}: {}", file_.name,
                                         explain(fmt::format("no row is about the visit {}", quoted(name)),
                                                 "data.visit_order names it", "remove it")));
      sort_visits([this](const std::string& name) {
        return std::find(columns_.visit_order.begin(), columns_.visit_order.end(), name) - columns_.visit_order.begin();
      });
    } else if (!months_.empty()) {
      sort_visits([this](const std::string& name) { return months_.at(name); });
    } else {
      std::sort(data_.visits.begin(), data_.visits.end(), natural_less);
    }
    for (const std::string& name : data_.visits)
      if (!months_.empty()) data_.visit_months.push_back(months_.at(name));
  }

  bool visits_have_order() const {
    if (!columns_.visit_order.empty() || !months_.empty() || data_.visits.empty()) return true;
    const std::string rest = without_numbers(data_.visits.front());
    return std::all_of(data_.visits.begin(), data_.visits.end(),
                       [&](const std::string& name) { return without_numbers(name) == rest; });
  }

  template <class Key>
  void sort_visits(Key key) {
    std::sort(data_.visits.begin(), data_.visits.end(),
              [&](const std::string& a, const std::string& b) { return key(a) < key(b); });
  }

  void read_visit_months() {
    const std::size_t column = file_.column(columns_.visit_months, "data.visit_months");
    for (const std::size_t row : rows_) {
      const std::string& name = file_.rows[row][visit_];
      const double months = number(row, column);
      if (months != months)
        refuse(row, fmt::format("the visit {} has no time", quoted(name)),
               fmt::format("{} is empty", quoted(columns_.visit_months)), "fill it in");
      const auto [place, is_new] = months_.emplace(name, months);
      if (place->second != months)
        refuse(row, fmt::format("the visit {} has two times", quoted(name)),
               "data.visit_months holds the time on schedule", "give each visit one");
    }
    for (const auto& [name, months] : months_)
      for (const auto& [other, same] : months_)
        if (name < other && months == same)
          throw InvalidInput(
              fmt::format("{}: {}", file_.name,
                          explain(fmt::format("the visits {} and {} have one time", quoted(name), quoted(other)),
                                  "data.visit_months orders them", "give each visit its own")));
  }

  /// Where each row stands among [visit][patient].
  void find_cells() {
    std::vector<std::int64_t> seen(data_.visits.size() * data_.patients.size(), 0);
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      cell_of_.push_back(visit_of_[k] * data_.patients.size() + patient_of_[k]);
      std::int64_t& line = seen[cell_of_[k]];
      if (line != 0)
        refuse(rows_[k],
               fmt::format("a second row for patient {}{}", quoted(file_.rows[rows_[k]][patient_]),
                           columns_.visit.empty() ? "" : " at this visit"),
               fmt::format("the first is line {}", line), "keep one of them, or select rows by data.where");
      line = file_.line[rows_[k]];
    }
  }

  void read_clusters() {
    using Units = analysis::Method::Units;
    const Units units = analysis::find_method(plan_.method)->units;
    if (units != Units::clusters && units != Units::steps) return;
    const LongData::Covariate cluster = of_patient(file_.column(columns_.cluster, "data.cluster"), "cluster", true);
    data_.clusters = cluster.levels;
    for (std::size_t i = 0; i < data_.patients.size(); ++i) {
      if (cluster.values[i] != cluster.values[i])
        refuse(first_row_[i], "this patient has no cluster", fmt::format("{} is empty", quoted(columns_.cluster)),
               "fill it in, or remove the patient");
      data_.cluster.push_back(static_cast<int>(cluster.values[i]));
    }
  }

  /// A visit at which nobody has the outcome, as a change has none at baseline, is none of a mixed model.
  void drop_empty_visits() {
    const std::size_t n = data_.patients.size();
    std::vector<double>& values = data_.outcomes.at(data_.value);
    std::size_t kept = 0;
    for (std::size_t v = 0; v < data_.visits.size(); ++v) {
      const auto first = values.begin() + static_cast<std::ptrdiff_t>(v * n);
      const auto last = first + static_cast<std::ptrdiff_t>(n);
      if (std::all_of(first, last, [](double x) { return x != x; })) {
        data_.notes.push_back(fmt::format("the visit {} was left out: nobody has the outcome", data_.visits[v]));
        continue;
      }
      std::copy(first, last, values.begin() + static_cast<std::ptrdiff_t>(kept * n));
      data_.visits[kept] = data_.visits[v];
      if (!data_.visit_months.empty()) data_.visit_months[kept] = data_.visit_months[v];
      ++kept;
    }
    data_.visits.resize(kept);
    values.resize(kept * n);
    if (!data_.visit_months.empty()) data_.visit_months.resize(kept);
  }

  /// The columns that the method takes.
  void read_outcomes() {
    const analysis::Method& method = *analysis::find_method(plan_.method);
    const auto whole = [](double x) { return x >= 0 && x == std::floor(x); };
    const auto positive = [](double x) { return x > 0; };
    const auto not_negative = [](double x) { return x >= 0; };
    const auto yes_or_no = [](double x) { return x == 0 || x == 1; };
    const auto any = [](double) { return true; };
    for (const HierarchyLevel& level : plan_.hierarchy) {
      read_outcome(level.value, "trial.primary.hierarchy", any, "");
      if (!level.event.empty()) read_outcome(level.event, "trial.primary.hierarchy", yes_or_no, "an event is 1 or 0");
    }
    if (!plan_.hierarchy.empty()) return;
    const bool of_times =
        method.fits.contains(OutcomeKind::survival) && !columns_.time.empty() && (!endpoint() || is_of_times());
    if (of_times) {
      data_.time = columns_.time;
      data_.event = columns_.event;
      read_outcome(data_.time, "data.time", not_negative, "a time is not negative");
      data_.competing = columns_.competing;
      const auto code = [&](double x) {
        return yes_or_no(x) || std::count(data_.competing.begin(), data_.competing.end(), x) > 0;
      };
      read_outcome(data_.event, "data.event", code,
                   data_.competing.empty() ? "an event is 1 or 0; other events stand in data.competing"
                                           : "an event is 1 or 0, or one of data.competing");
      return;
    }
    const bool of_counts = method.fits.contains(OutcomeKind::count);
    data_.value = columns_.value;
    if (of_counts)
      read_outcome(data_.value, "data.value", whole, "a count is a whole number from 0");
    else
      read_outcome(data_.value, "data.value", any, "");
    if (!of_counts) return;
    data_.exposure = columns_.exposure;
    data_.offset = columns_.offset;
    if (!data_.exposure.empty()) read_outcome(data_.exposure, "data.exposure", positive, "an exposure is positive");
    if (!data_.offset.empty()) read_outcome(data_.offset, "data.offset", any, "");
  }

  template <class Allowed>
  void read_outcome(const std::string& name, std::string_view wanted_by, Allowed allowed, const char* why) {
    const std::size_t column = file_.column(name, wanted_by);
    std::vector<double>& values = data_.outcomes[name];
    values.assign(data_.visits.size() * data_.patients.size(), missing);
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      const double value = values[cell_of_[k]] = number(rows_[k], column);
      if (value == value && !allowed(value))
        refuse(rows_[k],
               fmt::format("{} in column {} cannot be analysed by {}", file_.rows[rows_[k]][column], quoted(name),
                           plan_.method),
               why, "correct it, or choose another method");
    }
  }

  void read_factor(const std::string& name) {
    const std::string groups = name + groups_suffix;  // ages, say, of an exported trial
    read_covariate(name, contains(file_.header, groups) ? groups : name, true);
  }

  /// The endpoint of a study that simulates several, too; null where there is none.
  const DataModel* endpoint() const {
    const bool several = study_.data_model && !study_.data_model->endpoints.empty();
    return several ? endpoint_called(*study_.data_model, plan_.endpoint) : nullptr;
  }

  /// Whether it is a time to an event, whose rows have no visit.
  bool is_of_times() const { return endpoint() && endpoint()->kind == OutcomeKind::survival; }

  const DataCovariate* model_covariate(const std::string& name) const {
    if (!study_.data_model) return nullptr;
    const std::vector<DataCovariate>& all = study_.data_model->covariates;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& covariate) { return covariate.name == name; });
    return found == all.end() ? nullptr : &*found;
  }

  bool is_category(const std::string& name) const {
    if (const DataCovariate* covariate = model_covariate(name)) return !covariate->is_normal();
    return contains(columns_.categorical, name) || (!study_.trial->arms.empty() && !model_categories(name).empty());
  }

  /// The categories of a covariate of the disease model or the data model, in its order.
  std::vector<std::string> model_categories(const std::string& name) const {
    if (const DataCovariate* covariate = model_covariate(name))
      return covariate->is_normal() ? names_of_groups(covariate->cuts) : covariate->levels;
    const auto variables = stratum_variable_names();
    const auto found = std::find(variables.begin(), variables.end(), name);
    if (found == variables.end()) return {};
    const auto categories = categories_of(static_cast<StratumVariable>(found - variables.begin()));
    return {categories.begin(), categories.end()};
  }

  void read_covariate(const std::string& name, const std::string& column, bool categorical) {
    const auto known = [&](const LongData::Covariate& covariate) { return covariate.name == name; };
    if (name == "baseline" || std::any_of(data_.covariates.begin(), data_.covariates.end(), known)) return;
    data_.covariates.push_back(of_patient(file_.column(column, "trial"), name, categorical));
  }

  void check_baseline() const {
    const bool used = plan_.change_from_baseline || contains(plan_.adjust, "baseline") ||
                      contains(plan_.adjust_by_visit, "baseline") || plan_.responder_threshold > 0;
    const bool wins = analysis::find_method(plan_.method)->wins;
    if (used && !wins && data_.baseline.empty())
      throw InvalidInput(
          explain("the analysis needs a baseline", "data.baseline names no column", "name the column that holds it"));
  }

  /// As [data] says, else as the endpoint of a study that simulates too; nothing where nobody says.
  std::optional<bool> direction() const {
    if (columns_.lower_is_better) return columns_.lower_is_better;
    if (endpoint()) return endpoint()->lower_is_better;
    if (study_.data_model) return study_.data_model->lower_is_better;
    const Endpoint* endpoint = study_.trial->arms.empty() ? nullptr : find_endpoint(plan_.endpoint);
    return endpoint ? std::optional(endpoint->lower_is_better) : std::nullopt;
  }

  /// A column that has one value per patient; where some rows are empty the others say it.
  LongData::Covariate of_patient(std::size_t column, const std::string& name, bool categorical) const {
    LongData::Covariate covariate{name, {}, std::vector<double>(data_.patients.size(), missing)};
    if (categorical) list_levels(column, name, covariate.levels);
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      const std::string& text = file_.rows[rows_[k]][column];
      if (is_missing(text)) continue;
      const double value = categorical
                               ? static_cast<double>(std::find(covariate.levels.begin(), covariate.levels.end(), text) -
                                                     covariate.levels.begin())
                               : number(rows_[k], column);
      double& of_this = covariate.values[patient_of_[k]];
      if (of_this == of_this && of_this != value)
        refuse(rows_[k], fmt::format("{} changes within the patient", quoted(file_.header[column])),
               "a covariate has one value per patient", "use its value at baseline");
      of_this = value;
    }
    return covariate;
  }

  void list_levels(std::size_t column, const std::string& name, std::vector<std::string>& levels) const {
    std::set<std::string> occur;
    for (const std::size_t row : rows_)
      if (!is_missing(file_.rows[row][column])) occur.insert(file_.rows[row][column]);
    levels = model_categories(name);
    const bool of_model = !levels.empty() && std::all_of(occur.begin(), occur.end(), [&](const std::string& level) {
      return contains(levels, level);
    });
    if (of_model) return;
    levels.assign(occur.begin(), occur.end());
    std::sort(levels.begin(), levels.end(), natural_less);
  }

  static constexpr const char* groups_suffix = "_group";

  const CsvFile& file_;
  const Study& study_;
  const DataColumns& columns_;
  const AnalysisPlan& plan_;
  LongData data_;
  std::size_t patient_ = none, visit_ = none;
  std::map<std::string, double> months_;                      // of each visit
  std::vector<std::size_t> rows_;                             // that are read
  std::vector<std::size_t> patient_of_, visit_of_, cell_of_;  // [of these rows]
  std::vector<std::size_t> first_row_;                        // [patient]
};

}  // namespace

LongData read_long_data(const CsvFile& file, const Study& study, const AnalysisPlan& plan) {
  return Reader(file, study, plan).read();
}

}  // namespace vcohort
