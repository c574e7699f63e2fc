#include <fmt/format.h>

#include <array>
#include <iostream>
#include <memory>

#include "io/cli/verbs.hpp"
#include "io/console/screen.hpp"
#include "io/results/compare.hpp"

namespace vcohort {

void add_compare(Verb& program) {
  auto files = std::make_shared<std::array<std::string, 2>>();
  Verb verb = program.verb("compare", "say whether two result files hold the same, bit for bit");
  verb.footer("Everything counts but /runtime (host, times, threads). Exit status 0: the same; 6: different.");
  verb.option("a", (*files)[0], "result file").required();
  verb.option("b", (*files)[1], "result file").required();
  verb.action([files] {
    const FoldedScreen folded(std::cout);
    const Comparison comparison = compare_results((*files)[0], (*files)[1]);
    if (comparison.equal) {
      std::cout << "identical\n";
      return ExitStatus::done;
    }
    std::cout << fmt::format("different: {}\n{} datasets differ\n", comparison.first_difference,
                             comparison.differing_datasets);
    return ExitStatus::answer_is_no;
  });
}

}  // namespace vcohort
