#include <fmt/format.h>

#include "io/study/toml_writing.hpp"

namespace vcohort {

void write_sensitivity(const SensitivityQuestion& question, std::string& text) {
  text += fmt::format("\n[policy.sensitivity]\nquantiles = [{}, {}]\npatients = {}\n",
                      number_text(question.quantiles.first), number_text(question.quantiles.second), question.patients);
  if (!question.grid.empty())
    text += "grid = " +
            list_text(question.grid,
                      [](const MovedParameter& moved) {
                        return fmt::format("{{ parameter = {}, values = {} }}", toml_text(moved.name),
                                           number_list(moved.values));
                      }) +
            "\n";
  if (!question.thresholds.empty())
    text += "threshold = " +
            list_text(question.thresholds,
                      [](const ThresholdSearch& search) {
                        const std::string range =
                            search.low
                                ? fmt::format(", range = [{}, {}]", number_text(*search.low), number_text(*search.high))
                                : std::string();
                        return fmt::format("{{ parameter = {}{} }}", toml_text(search.name), range);
                      }) +
            "\n";
  if (!question.sobol) return;
  text += fmt::format("\n[policy.sensitivity.sobol]\npoints = {}\npatients = {}\n", question.sobol->points,
                      question.sobol->patients);
  if (question.sobol->groups.empty()) return;
  text += "\n[policy.sensitivity.sobol.groups]\n";
  for (const EvppiGroup& group : question.sobol->groups)
    text += fmt::format("{} = {}\n", toml_text(group.name), text_list(group.parameters));
}

}  // namespace vcohort
