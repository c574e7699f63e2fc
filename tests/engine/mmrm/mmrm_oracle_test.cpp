#include <gtest/gtest.h>

#include "tests/engine/mmrm/mmrm_data.hpp"

/// Every quantity that tests/oracles/mmrm/make.R computed from dense matrices and numerical derivatives, checked there
/// against nlme::gls, lmerTest and pbkrtest.
namespace vcohort::analysis {
namespace {

struct Expected {
  std::string quantity;
  int i, j;
  double value;
};

std::string named(const Expected& one) {
  std::ostringstream text;
  text << one.quantity << ' ' << one.i << ' ' << one.j;
  return text.str();
}

const std::map<std::string, std::vector<Expected>>& expected() {
  static const auto all = [] {
    std::map<std::string, std::vector<Expected>> result;
    std::ifstream file(oracle("expected.csv"));
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      const std::vector<std::string> cells = split(line);
      result[cells[0]].push_back({cells[1], std::stoi(cells[2]), std::stoi(cells[3]), std::stod(cells[4])});
    }
    return result;
  }();
  return all;
}

struct Case {
  std::string name, data;
  CovarianceStructure structure;
  std::vector<std::string> by_visit = {}, main = {};
  bool per_arm = false;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.name;
}

std::vector<Case> cases() {
  using S = CovarianceStructure;
  std::vector<Case> result;
  const std::pair<const char*, S> structures[] = {
      {"us", S::unstructured},        {"toeph", S::toeplitz_heterogeneous},
      {"ar1h", S::ar1_heterogeneous}, {"csh", S::compound_symmetry_heterogeneous},
      {"toep", S::toeplitz},          {"ar1", S::ar1},
      {"cs", S::compound_symmetry}};
  for (const auto& [name, structure] : structures) {
    const std::string suffix = std::string("_") + name;
    for (const char* data : {"orthodont", "bodyweight", "monotone", "intermittent"}) {
      Case one{data + suffix, data, structure};
      if (one.data == "monotone") one.by_visit = {"base"};
      if (one.data == "intermittent") one.main = {"base", "sex", "site"};
      if (expected().count(one.name)) result.push_back(one);
    }
  }
  result.push_back({"orthodont_cs_by_arm", "orthodont", S::compound_symmetry, {}, {}, true});
  result.push_back({"monotone_main_us", "monotone", S::unstructured, {}, {"base"}});
  return result;
}

MmrmModel model_of(const Case& one, const WideData& data) {
  MmrmModel model = analysis::model_of(data);
  const auto add = [&](const std::string& name, bool by_visit) {
    MmrmCovariate covariate{name, {}, by_visit};
    if (name == "sex") covariate.levels = {"0", "1"};
    if (name == "site") covariate.levels = {"0", "1", "2"};
    model.covariates.push_back(covariate);
  };
  for (const std::string& name : one.by_visit) add(name, true);
  for (const std::string& name : one.main) add(name, false);
  model.structures = {one.structure};
  model.covariance_per_arm = one.per_arm;
  return model;
}

class MmrmOracle : public testing::TestWithParam<Case> {};

TEST_P(MmrmOracle, AgreesWithTheDefinition) {
  const Case& one = GetParam();
  WideData data = read_wide(one.data);
  std::vector<std::string> covariates = one.by_visit;
  covariates.insert(covariates.end(), one.main.begin(), one.main.end());

  std::map<std::string, std::unique_ptr<Mmrm>> fits;
  const auto fit = [&](const std::string& name, MmrmDegreesOfFreedom df, MmrmInformation information,
                       KenwardRogerParameters parameters, bool closed_form) {
    MmrmModel model = model_of(one, data);
    model.degrees_of_freedom = df;
    model.information = information;
    model.kenward_roger_parameters = parameters;
    model.closed_form = closed_form;
    auto made = std::make_unique<Mmrm>(model);
    ASSERT_TRUE(made->fit(data.view(covariates)).ok()) << name_of(made->result().failure);
    fits[name] = std::move(made);
  };
  using Df = MmrmDegreesOfFreedom;
  using Information = MmrmInformation;
  using Parameters = KenwardRogerParameters;
  fit("plain", Df::satterthwaite, Information::observed, Parameters::unconstrained, true);
  fit("iterated", Df::satterthwaite, Information::observed, Parameters::unconstrained, false);
  fit("kr", Df::kenward_roger, Information::observed, Parameters::unconstrained, true);
  fit("linear", Df::kenward_roger_linear, Information::observed, Parameters::unconstrained, true);
  fit("entries", Df::kenward_roger, Information::observed, Parameters::entries, true);
  fit("expected", Df::kenward_roger_linear, Information::expected, Parameters::unconstrained, true);

  // The oracle's maximum is known to 1e-6 standard errors at worst, its second derivatives (Richardson) to some 1e-8.
  const auto near = [&](const std::string& what, double actual, double wanted, double scale) {
    EXPECT_NEAR(actual, wanted, 1e-6 * std::max(std::abs(wanted), scale)) << one.name << " " << what;
  };
  // The oracle's degrees of freedom carry the error of its differences, up to 5e-6 (see make.R on its steps).
  // output.
  const auto near_df = [&](const std::string& what, double actual, double wanted) {
    EXPECT_NEAR(actual, wanted, 5e-6 * wanted) << one.name << " " << what;
  };
  for (const char* name : {"plain", "iterated"}) {
    Mmrm& m = *fits.at(name);
    const Eigen::VectorXd beta = m.coefficients();
    const std::vector<double> theta = m.theta();
    for (const Expected& e : expected().at(one.name)) {
      const std::string what = named(e) + " " + name;
      if (e.quantity == "m2ll") {
        EXPECT_NEAR(m.result().minus_two_log_likelihood, e.value, 1e-9 * std::abs(e.value)) << what;
      }
      if (e.quantity == "beta") near(what, beta[e.i], e.value, std::sqrt(m.coefficient_covariance()(e.i, e.i)));
      if (e.quantity == "theta") near(what, theta[e.i], e.value, 1);
      if (e.quantity.rfind("sigma", 0) == 0) {
        const Eigen::MatrixXd sigma = m.covariance(std::stoi(e.quantity.substr(5)));
        near(what, sigma(e.i, e.j), e.value, std::sqrt(sigma(e.i, e.i) * sigma(e.j, e.j)));
      }
    }
  }
  for (const Expected& e : expected().at(one.name)) {
    if (e.j == 0 || e.quantity.rfind("sigma", 0) == 0) continue;
    const auto get = [&](const char* name) { return fits.at(name)->contrast(e.i, e.j); };
    const std::string what = named(e);
    if (e.quantity == "estimate") {
      near(what, get("plain").estimate, e.value, get("plain").se);
      near(what, get("iterated").estimate, e.value, get("plain").se);
    }
    if (e.quantity == "se") near(what, get("plain").se, e.value, 0), near(what, get("iterated").se, e.value, 0);
    if (e.quantity == "df") {
      for (const char* name : {"plain", "iterated", "kr"}) near_df(what + " " + name, get(name).df, e.value);
    }
    if (e.quantity == "se_kr") near(what, get("kr").se, e.value, 0);
    if (e.quantity == "se_linear") near(what, get("linear").se, e.value, 0);
    if (e.quantity == "se_entries") near(what, get("entries").se, e.value, 0);
    if (e.quantity == "df_expected") near_df(what, get("expected").df, e.value);
    if (e.quantity == "se_expected") near(what, get("expected").se, e.value, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, MmrmOracle, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<Case>& chosen) { return chosen.param.name; });

}  // namespace
}  // namespace vcohort::analysis
