#include "engine/trial/family.hpp"

#include <gtest/gtest.h>

#include "engine/trial/co_primary_form.hpp"
#include "tests/engine/trial/several_endpoints.hpp"

/// Families of claims. Powers with many digits are those of normal test statistics, R's mvtnorm
/// (tests/oracles/endpoints/coprimary.R); a t-test of 200 patients has 0.002 less.
namespace vcohort::test {
namespace {

using Rule = Multiplicity::Rule;

constexpr std::int64_t many = 20000;
constexpr double of_normal = 0.003;

Study family(std::vector<double> effects, double correlation, Multiplicity asked, std::int64_t patients = 200) {
  std::vector<DataModel> endpoints;
  for (std::size_t k = 0; k < effects.size(); ++k)
    endpoints.push_back(score_endpoint(std::string(1, static_cast<char>('a' + k)), effects[k]));
  Study study = several_endpoints(std::move(endpoints), correlation, patients, many);
  study.trial->multiplicity = std::move(asked);
  return study;
}

/// The claims of the table, with their powers.
double power_of(const Table& table, const std::string& claim, const std::string& column = "power") {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (text(table, "claim", row) == claim) return number(table, column, row);
  throw std::invalid_argument(claim);
}

TEST(Family, CoPrimaryPowerIsThatOfTheBivariateNormal) {
  for (const auto& [rho, expected] : {std::pair(0.0, 0.760952), {0.5, 0.782035}, {0.8, 0.799660}}) {
    const Table table = table_of(family({0.4, 0.5}, rho, {Rule::all, {"primary", "b"}, {}, {}}), "multiplicity");
    EXPECT_NEAR(power_of(table, "all primaries"), expected, mcse_allowed * binomial_se(expected, many) + of_normal)
        << rho;
    EXPECT_EQ(power_of(table, "primary"), power_of(table, "all primaries")) << "one claim";
    EXPECT_NEAR(power_of(table, "primary", "power_alone"), 0.807430, mcse_allowed * binomial_se(0.8, many) + of_normal);
    EXPECT_NEAR(power_of(table, "all primaries", "power_mcse"), binomial_se(expected, many), 1e-3);
  }
}

/// R: pmvnorm(lower, corr, algorithm = TVPACK(1e-15)).
TEST(Family, BothExceedIsTheBivariateNormal) {
  EXPECT_NEAR(both_exceed(-0.8807, -1.2816, 0.5), 0.76050950733263, 1e-12);
  EXPECT_NEAR(both_exceed(-1.3, 0.4, -0.7), 0.26099543375346, 1e-12);
  EXPECT_NEAR(both_exceed(-2, -2.5, 0.95), 0.97701513252392, 1e-12);
  EXPECT_NEAR(both_exceed(1, 2, 0), 0.00360942796121, 1e-12);
  EXPECT_NEAR(both_exceed(-0.5, -3, 0.999), 0.69146246127401, 1e-12);
}

/// R: likewise.
TEST(Family, ThreeExceedIsTheTrivariateNormal) {
  EXPECT_NEAR(three_exceed({-0.8807, -1.2816, -1.6}, 0.5, 0.3, 0.4), 0.733728161418, 1e-10);
  EXPECT_NEAR(three_exceed({-1.3, 0.4, 0.2}, -0.7, 0.2, 0.1), 0.133524442584, 1e-10);
  EXPECT_NEAR(three_exceed({-2, -2.5, -1}, 0.9, 0.8, 0.85), 0.839440535777, 1e-10);
  EXPECT_NEAR(three_exceed({1, 2, 0}, 0, 0, 0), 0.001804713981, 1e-10);
}

ClosedForm formula_of(const Study& study) {
  const Trial trial(study, no_evidence());
  return co_primary_form(trial, &*study.data_model, 0, study.trial->sample_size.back());
}

/// Powers of power.t.test(n = 490, delta = 0.2, strict = TRUE), joined by pmvnorm; with normal statistics 490 an arm is
/// the published number for a correlation of 0.5.
TEST(Family, FormulaOfTwoCoPrimaries) {
  for (const auto& [rho, expected] : {std::pair(0.0, 0.771739), {0.3, 0.786541}, {0.5, 0.799705}, {0.8, 0.827921}}) {
    const ClosedForm form = formula_of(family({0.2, 0.2}, rho, {Rule::all, {"primary", "b"}, {}, {}}, 980));
    EXPECT_EQ(form.formula, "bivariate normal");
    EXPECT_NEAR(form.power, expected, 2e-6) << rho;
  }
  const ClosedForm three = formula_of(family({0.2, 0.2, 0.2}, 0.5, {Rule::all, {"primary", "b", "c"}, {}, {}}, 980));
  EXPECT_EQ(three.formula, "trivariate normal");
  EXPECT_NEAR(three.power, 0.742077, 2e-6);
  Study lower = family({0.2, -0.2}, 0.5, {Rule::all, {"primary", "b"}, {}, {}}, 980);
  lower.data_model->endpoints[1].lower_is_better = true;
  EXPECT_NEAR(formula_of(lower).power, 0.758453, 2e-6) << "better here is worse there";
  EXPECT_NE(formula_of(family({0.2, 0.2}, 0.5, {Rule::holm, {"primary", "b"}, {0.5, 0.5}, {}})).remark, "");
}

DataModel binary_endpoint(const std::string& name, double control, double active) {
  DataModel model = score_endpoint(name, 0);
  model.kind = OutcomeKind::binary;
  for (auto& arm : model.arms) arm.mean.clear(), arm.sd.clear();
  model.arms[0].share = {control};
  model.arms[1].share = {active};
  return model;
}

/// R: pmvnorm of the powers of two tests of shares by pooled variances, and of one of them and a t-test, with the
/// correlation of the differences from pmvnorm and dnorm at the thresholds.
TEST(Family, FormulaOfCoPrimaryShares) {
  const auto sized = [](const DataModel& first, std::int64_t replicates) {
    Study study = several_endpoints({first, binary_endpoint("b", 0.3, 0.45)}, 0.5, 400, replicates);
    for (AnalysisPlan& plan : study.trial->analyses)
      if (plan.endpoint != "a" || first.kind == OutcomeKind::binary) plan.method = "chi-square";
    study.trial->multiplicity = Multiplicity{Rule::all, {"primary", "b"}, {}, {}};
    return study;
  };
  const Study shares = sized(binary_endpoint("a", 0.4, 0.55), many), mixed = sized(score_endpoint("a", 0.3), many);
  EXPECT_NEAR(formula_of(shares).power, 0.766368, 2e-6);
  EXPECT_EQ(formula_of(shares).source, "Sozu, Sugimoto and Hamasaki 2010");
  EXPECT_NEAR(formula_of(mixed).power, 0.766575, 2e-6);
  constexpr double of_large_samples = 0.01;
  for (const Study& study : {shares, mixed})
    EXPECT_NEAR(power_of(table_of(study, "multiplicity"), "all primaries"), formula_of(study).power,
                mcse_allowed * binomial_se(0.77, many) + of_large_samples);
}

TEST(Family, FormulaStandsBesideTheSimulation) {
  const Table table = table_of(family({0.4, 0.5}, 0.5, {Rule::all, {"primary", "b"}, {}, {}}), "closed_forms");
  const std::size_t row = table.rows() - 1;
  EXPECT_EQ(text(table, "analysis", row), "all primaries");
  EXPECT_NEAR(number(table, "formula_power", row), number(table, "power", row),
              mcse_allowed * number(table, "power_mcse", row));
}

/// Sozu, Sugimoto and Hamasaki (2011): 490 patients an arm have 80 %, by 0.800634.
TEST(Family, PublishedSizeOfCoPrimaries) {
  const Trial trial(family({0.2, 0.2}, 0.5, {Rule::all, {"primary", "b"}, {}, {}}, 980), no_evidence());
  const RejectionCounts counts = trial.count_rejections(980, 0, many, {.contrasts = {0}, .family = true});
  EXPECT_NEAR(static_cast<double>(counts.rejections) / many, 0.800634, mcse_allowed * binomial_se(0.8, many) + 0.001);
  EXPECT_EQ(counts.rejections, counts.favourable);
  const RejectionCounts fewer = trial.count_rejections(900, 0, many, {.contrasts = {0}, .family = true});
  EXPECT_LT(fewer.rejections, counts.rejections);
}

TEST(Family, ClaimsInSequenceAreThoseOfAllBefore) {
  const Table table = table_of(family({0.4, 0.45, 0.5}, 0.3, {Rule::all, {"primary"}, {}, {"b", "c"}}), "multiplicity");
  for (const auto& [claim, expected] :
       {std::pair("primary", 0.807430), {"b", 0.735956}, {"c", 0.708162}, {"everything", 0.708162}})
    EXPECT_NEAR(power_of(table, claim), expected, mcse_allowed * binomial_se(expected, many) + of_normal) << claim;
  EXPECT_GT(power_of(table, "c", "power_alone"), 0.92) << "alone it has the power of an effect of 0.5";
}

TEST(Family, BonferroniAndHolmDivideTheLevel) {
  const Table table =
      table_of(family({0.4, 0.5}, 0.5, {Rule::bonferroni, {"primary", "b"}, {0.8, 0.2}, {}}), "multiplicity");
  for (const auto& [claim, expected] :
       {std::pair("primary", 0.780735), {"b", 0.831398}, {"any primary", 0.918051}, {"all primaries", 0.694082}})
    EXPECT_NEAR(power_of(table, claim), expected, mcse_allowed * binomial_se(expected, many) + of_normal) << claim;
  const Table holm = table_of(family({0.4, 0.5}, 0.5, {Rule::holm, {"primary", "b"}, {0.5, 0.5}, {}}), "multiplicity");
  for (const auto& [claim, expected] :
       {std::pair("any primary", 0.938447), {"all primaries", 0.776846}, {"primary", 0.795299}})
    EXPECT_NEAR(power_of(holm, claim), expected, mcse_allowed * binomial_se(expected, many) + of_normal) << claim;
}

/// The level of false claims, alpha / 2 in the better direction, whichever hypotheses are true; t-tests are exact.
TEST(Family, KeepsItsLevelUnderPartialNulls) {
  const double level = 0.025, allowed = mcse_allowed * binomial_se(level, many);
  const auto claim = [](std::vector<double> effects, double rho, Multiplicity asked, const std::string& of) {
    return power_of(table_of(family(std::move(effects), rho, std::move(asked)), "multiplicity"), of);
  };
  const Multiplicity pair{Rule::all, {"primary", "b"}, {}, {}};
  EXPECT_NEAR(claim({1.5, 0}, 0.5, pair, "all primaries"), level, allowed) << "one is true, the other surely found";
  EXPECT_LT(claim({0, 0}, 0.5, pair, "all primaries"), level / 2) << "both are true";
  const Multiplicity order{Rule::all, {"primary"}, {}, {"b", "c"}};
  EXPECT_NEAR(claim({1.5, 0, 1.5}, 0.3, order, "b"), level, allowed);
  EXPECT_NEAR(claim({1.5, 0, 1.5}, 0.3, order, "c"), level, allowed) << "not without the one before";
  const Multiplicity holm{Rule::holm, {"primary", "b"}, {0.7, 0.3}, {"c"}};
  EXPECT_NEAR(claim({1.5, 0, 0}, 0, holm, "b"), level, allowed) << "the whole level, once the first is found";
  EXPECT_NEAR(claim({1.5, 1.5, 0}, 0, holm, "c"), level, allowed);
  const double any = 1 - (1 - 0.7 * level) * (1 - 0.3 * level);
  EXPECT_NEAR(claim({0, 0, 0}, 0, holm, "any primary"), any, mcse_allowed * binomial_se(any, many));
}

analysis::Result result(double p, bool favourable = true, bool ok = true) {
  analysis::Result of;
  of.p = p;
  of.rejected = p <= 0.05;
  of.favourable = of.rejected && favourable;
  if (!ok) of.failure = analysis::Failure::no_events;
  return of;
}

std::vector<int> claimed(const Multiplicity& asked, const std::vector<analysis::Result>& results) {
  std::vector<double> effects(results.size(), 0.0);
  const Study study = family(effects, 0, asked);
  Family claims(*study.trial);
  const auto found = claims.claim(results);
  return {found.begin(), found.end()};
}

TEST(Family, DecidesByHand) {
  const Multiplicity holm{Rule::holm, {"primary", "b"}, {0.5, 0.5}, {"c"}};
  using Claims = std::vector<int>;
  EXPECT_EQ(claimed(holm, {result(0.02), result(0.04), result(0.01)}), (Claims{1, 1, 1})) << "0.02 <= 0.025, then 0.05";
  EXPECT_EQ(claimed(holm, {result(0.03), result(0.04), result(0.01)}), (Claims{0, 0, 0}));
  EXPECT_EQ(claimed(holm, {result(0.02), result(0.06), result(0.01)}), (Claims{1, 0, 0})) << "the sequence is closed";
  EXPECT_EQ(claimed(holm, {result(0.001, false), result(0.04), result(0.01)}), (Claims{0, 0, 0}))
      << "the smallest p is of the wrong direction";
  EXPECT_EQ(claimed(holm, {result(0.001, true, false), result(0.02), result(0.01)}), (Claims{0, 1, 0}))
      << "no estimate";
  const Multiplicity weighted{Rule::holm, {"primary", "b"}, {0.8, 0.2}, {}};
  EXPECT_EQ(claimed(weighted, {result(0.039), result(0.012)}), (Claims{1, 1})) << "0.039 <= 0.04, then 0.012 <= 0.05";
  EXPECT_EQ(claimed(weighted, {result(0.045), result(0.012)}), (Claims{0, 0}));
  const Multiplicity bonferroni{Rule::bonferroni, {"primary", "b"}, {0.8, 0.2}, {"c"}};
  EXPECT_EQ(claimed(bonferroni, {result(0.039), result(0.012), result(0.01)}), (Claims{1, 0, 0}));
  EXPECT_EQ(claimed(bonferroni, {result(0.04), result(0.01), result(0.05)}), (Claims{1, 1, 1}));
  const Multiplicity all{Rule::all, {"primary", "b"}, {}, {"c"}};
  EXPECT_EQ(claimed(all, {result(0.04), result(0.06), result(0.01)}), (Claims{0, 0, 0}));
  EXPECT_EQ(claimed(all, {result(0.04), result(0.05), result(0.06)}), (Claims{1, 1, 0}));
}

}  // namespace
}  // namespace vcohort::test
