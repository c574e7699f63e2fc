#include "engine/evidence/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

namespace vcohort {
namespace {

// Every id that was ever given away. A line may be added, never changed or removed: results and draws refer to the ids.
std::map<int, std::string> ids_given_away() {
  std::ifstream file(VCOHORT_PARAMETER_IDS);
  std::map<int, std::string> names;
  int id = 0;
  std::string name;
  while (file >> id >> name) names.emplace(id, name);
  return names;
}

TEST(Registry, IdsAreAppendOnly) {
  const auto given = ids_given_away();
  ASSERT_GT(given.size(), 400u);
  std::map<int, std::string> now;
  for (const auto& definition : parameter_registry()) now.emplace(definition.id, definition.name);
  EXPECT_EQ(now, given) << "a new parameter is a new line of parameter_ids.txt; an old line never changes";
}

TEST(Registry, IdsAndNamesAreUniqueAndSorted) {
  std::set<int> ids;
  std::set<std::string> names;
  int previous = 0;
  for (const auto& definition : parameter_registry()) {
    EXPECT_TRUE(ids.insert(definition.id).second) << definition.id;
    EXPECT_TRUE(names.insert(definition.name).second) << definition.name;
    EXPECT_GT(int{definition.id}, previous);
    previous = definition.id;
  }
}

TEST(Registry, EveryDefinitionHasARangeAndAMeaning) {
  for (const auto& definition : parameter_registry()) {
    if (!definition.name.starts_with("domain.lower_is_better.")) {  // a constant
      EXPECT_LT(definition.minimum, definition.maximum) << definition.name;
    }
    EXPECT_GT(definition.meaning.size(), 10u) << definition.name;
  }
}

constexpr int first_id_of_policy = 800;

TEST(Registry, OnlyPairsOfCellAndRouteAndWhatPolicyAndProceduresNeedAreOptional) {
  for (const auto& definition : parameter_registry()) {
    const bool pair = definition.name.starts_with("delivery.") || definition.name.starts_with("reference_dose.");
    const bool of_procedures = definition.name.starts_with("patient.topography_share.");  // who is eligible for them
    EXPECT_EQ(definition.optional, pair || of_procedures || definition.id >= first_id_of_policy) << definition.name;
    EXPECT_EQ(definition.kind == ParameterKind::price, definition.name.starts_with("price.")) << definition.name;
  }
}

TEST(Registry, FindsByNameOnly) {
  ASSERT_NE(find_parameter("effect.emax"), nullptr);
  EXPECT_EQ(find_parameter("effect.emax")->unit, "GMFM-66 points");
  EXPECT_EQ(find_parameter("severity.NSC.V")->id, 399);
  EXPECT_EQ(find_parameter("effect.emax "), nullptr);
  EXPECT_EQ(find_parameter(""), nullptr);
  for (std::size_t index = 0; index < parameter_registry().size(); ++index) {
    EXPECT_EQ(registry_index(parameter_registry()[index].name), index);
  }
}

TEST(Registry, SuggestsTheNearestName) {
  EXPECT_EQ(closest_parameter("efect.emax"), "effect.emax");
  EXPECT_EQ(closest_parameter("delivery.msc.intravenous"), "delivery.MSC.intravenous");
  EXPECT_EQ(closest_parameter("motor.limits.V"), "motor.limit.V");
  EXPECT_EQ(closest_parameter("zzzzzz"), "");
}

}  // namespace
}  // namespace vcohort
