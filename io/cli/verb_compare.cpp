#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "io/cli/verbs.hpp"
#include "io/results/compare.hpp"

namespace vcohort {

void add_compare(CLI::App& app, ExitStatus& end) {
  auto files = std::make_shared<std::array<std::string, 2>>();
  CLI::App* verb = app.add_subcommand("compare", "say whether two result files hold the same, bit for bit");
  verb->footer("Everything counts but /runtime (host, times, threads). Exit status 0: the same; 6: different.");
  verb->add_option("a", (*files)[0], "result file")->required();
  verb->add_option("b", (*files)[1], "result file")->required();
  verb->callback([files, &end] {
    const Comparison comparison = compare_results((*files)[0], (*files)[1]);
    if (comparison.equal) {
      std::cout << "identical\n";
      end = ExitStatus::done;
    } else {
      std::cout << fmt::format("different: {}\n{} datasets differ\n", comparison.first_difference,
                               comparison.differing_datasets);
      end = ExitStatus::answer_is_no;
    }
  });
}

}  // namespace vcohort
