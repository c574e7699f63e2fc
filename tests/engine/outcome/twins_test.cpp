#include <bit>

#include "tests/engine/outcome/evaluation.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// The same child under every strategy.
namespace vcohort {
namespace {

using namespace test;
using Setting = TileOutcomes::Setting;

const std::vector<double> months = {1, 3, 6, 12, 24};
const std::vector<Strategy> strategies = {
    rehabilitation(), cells(Cell::msc, Route::intrathecal, 4), cells(Cell::nsc, Route::intranasal, 4, 30),
    cells(Cell::cb, Route::intravenous), cells(Cell::msc, Route::intravenous, 2, 90, 0.5)};

std::vector<std::uint64_t> bits(const TileOutcomes& outcomes, std::size_t endpoints_recorded, int lanes) {
  std::vector<std::uint64_t> all;
  for (std::size_t e = 0; e < endpoints_recorded; ++e)
    for (std::size_t v = 0; v < months.size(); ++v)
      for (int i = 0; i < lanes; ++i) {
        all.push_back(std::bit_cast<std::uint64_t>(outcomes.latent(e, v)[i]));
        all.push_back(std::bit_cast<std::uint64_t>(outcomes.observed(e, v)[i]));
      }
  return all;
}

TEST(Twins, NeitherOrderNorCompanyOfStrategiesMatters) {
  const ParameterValues values = values_of("sceptical");
  const OutcomeModel model(values, months, every_endpoint);
  std::vector<std::vector<std::uint64_t>> together(strategies.size());
  evaluate_children(700, register_population(), values, model, strategies, Setting::cohort,
                    [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t s) {
                      const auto found = bits(outcomes, every_endpoint.size(), child.patient.lanes);
                      together[s].insert(together[s].end(), found.begin(), found.end());
                    });
  for (std::size_t s = strategies.size(); s-- > 0;) {
    std::vector<std::uint64_t> alone;
    evaluate_children(700, register_population(), values, model, {strategies[s]}, Setting::cohort,
                      [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t) {
                        const auto found = bits(outcomes, every_endpoint.size(), child.patient.lanes);
                        alone.insert(alone.end(), found.begin(), found.end());
                      });
    EXPECT_EQ(alone, together[s]) << strategies[s].name;
  }
}

TEST(Twins, UnderTheNullEveryOutcomeIsThatWithoutCellsToTheBit) {
  const ParameterValues values = values_of("null");
  const OutcomeModel model(values, months, every_endpoint);
  std::vector<std::uint64_t> without;
  int compared = 0;
  evaluate_children(2000, register_population(), values, model, strategies, Setting::trial,
                    [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t s) {
                      const auto found = bits(outcomes, every_endpoint.size(), child.patient.lanes);
                      if (s == 0) {
                        without = found;
                        for (std::size_t e = 0; e < every_endpoint.size(); ++e)
                          for (int i = 0; i < child.patient.lanes; ++i)
                            if (model.recorded[e].measure == Measure::drooling && child.patient.drools[i]) {
                              EXPECT_EQ(outcomes.observed(e, 2)[i], 0);
                            }
                      } else {
                        EXPECT_EQ(found, without) << strategies[s].name;
                        ++compared;
                      }
                    });
  EXPECT_EQ(compared, 16);
}

// Cells move the latent score by the bounded effect and leave development, disturbance and errors alone.
TEST(Twins, DifferByTheEffectOnly) {
  ParameterValues values = values_of("sceptical");
  open_scales(values);
  const OutcomeModel model(values, months, every_endpoint);
  std::vector<Lanes<double>> latent(10 * months.size()), observed(10 * months.size());
  double moved = 0;
  evaluate_children(2000, one_kind(2, 4), values, model, strategies, Setting::cohort,
                    [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t s) {
                      for (std::size_t e = 0; e < 10; ++e)
                        for (std::size_t v = 0; v < months.size(); ++v)
                          for (int i = 0; i < child.patient.lanes; ++i) {
                            const std::size_t k = e * months.size() + v;
                            if (s == 0) {
                              latent[k][i] = outcomes.latent(e, v)[i];
                              observed[k][i] = outcomes.observed(e, v)[i];
                            } else if (e != 1) {  // GMFM-88 clamps what it records
                              const double of_latent = outcomes.latent(e, v)[i] - latent[k][i];
                              ASSERT_NEAR(outcomes.observed(e, v)[i] - observed[k][i], of_latent, 1e-11);
                              moved += std::fabs(of_latent) > 0.1;
                            }
                          }
                    });
  EXPECT_GT(moved, 10'000);
}

}  // namespace
}  // namespace vcohort
