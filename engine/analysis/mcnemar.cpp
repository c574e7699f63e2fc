#include "engine/analysis/mcnemar.hpp"

#include <cmath>

#include "engine/analysis/exact_binomial.hpp"

namespace vcohort::analysis {

Estimate mcnemar(const Dataset& data, const Inference& inference, Workspace& workspace) {
  std::int64_t better = 0, worse = 0, same = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    const double difference = data.outcome[i];
    if (data.arm[i] != 0 || difference != difference) continue;
    if (difference != 1 && difference != 0 && difference != -1) return failed(Failure::not_finite);
    ++(difference > 0 ? better : difference < 0 ? worse : same);
  }
  const std::int64_t unlike = better + worse, patients = unlike + same;
  if (patients == 0) return failed(Failure::empty_arm);
  const auto n = static_cast<double>(patients), sum = static_cast<double>(better - worse);
  Estimate estimate;
  estimate.reference = Reference::exact;
  estimate.patients = static_cast<int>(patients);
  estimate.estimate = sum / n;
  estimate.se = std::sqrt((static_cast<double>(unlike) - sum * sum / n) / n / n);
  estimate.statistic = unlike == 0 ? 0 : sum / std::sqrt(static_cast<double>(unlike));
  const double half = estimate.se * workspace.critical_value(normal_df, 1 - inference.level);
  estimate.lower = estimate.estimate - half;
  estimate.upper = estimate.estimate + half;
  const BinomialP p = unlike == 0 ? BinomialP{1, 1, 1} : exact_binomial(better, unlike, 0.5, workspace);
  estimate.p = p.two_sided;
  estimate.p_less = p.less;
  estimate.p_greater = p.greater;
  return estimate;
}

void fit_mcnemar(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                 std::span<Estimate> contrasts) {
  contrasts.front() = mcnemar(data, inference, workspace);
}

}  // namespace vcohort::analysis
