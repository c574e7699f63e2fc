#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/cohort/layout.hpp"
#include "engine/cohort/strata.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/outcome/outcome.hpp"
#include "engine/study/question.hpp"
#include "engine/study/study.hpp"
#include "engine/therapy/adverse_events.hpp"

namespace vcohort {

struct LeafLanes;
struct TileSums;
struct TileCounts;

/// Question 1: the same patients under every strategy. Complete potential outcomes, no drop-out.
class Cohort final : public Question {
 public:
  /// The evidence has what the study asks for.
  Cohort(const Study&, const Evidence&);

  std::string name() const override { return "cohort"; }
  std::string scenario() const override { return evidence_.name; }
  std::int64_t blocks() const override;
  std::int64_t patients_in(std::int64_t block) const override;
  Tally empty_tally() const override;
  void simulate_block(std::int64_t block, Tally&, std::vector<Table>& rows) const override;
  std::vector<Table> row_tables() const override;
  std::vector<std::int64_t> expected_rows() const override;
  std::vector<Table> deliver(const Tally&) const override;

  /// One patient alone: who it is and what every visit records under every strategy. The tables of `row_tables()` of a
  /// study that saves its patients, bit for bit as a whole run writes them.
  static std::vector<Table> replay(Study, const Evidence&, std::uint32_t replicate, std::uint64_t patient);

  const CohortLayout& layout() const { return layout_; }
  const StrataMap& strata() const { return strata_; }

  /// Patients of a block with fixed parameters, and with a parameter draw per block.
  static constexpr std::int64_t block_size = 4096;
  static constexpr std::int64_t draw_size = 256;

 private:
  struct Model;      // parameters of one draw, with every strategy made ready
  struct Workspace;  // memory of one block in work

  std::int64_t patients_per_block() const { return study_.uncertain_parameters ? draw_size : block_size; }
  std::shared_ptr<const Model> model_of(std::uint32_t replicate) const;
  void simulate_tile(const Model&, std::uint32_t replicate, std::int64_t first, int lanes, Workspace&, Tally&,
                     std::vector<Table>& rows) const;
  void group_lanes(Workspace&) const;
  void gather(const Model&, std::size_t strategy, Workspace&, Tally&) const;
  [[noreturn]] void refuse_not_a_number(std::size_t strategy, std::size_t endpoint, std::size_t visit, const LeafLanes&,
                                        const Workspace&) const;
  void add_up(const Model&, std::size_t strategy, std::size_t endpoint, std::size_t visit, const LeafLanes&, Workspace&,
              Tally&) const;
  void add_cell(std::size_t cell, const TileSums&, const TileCounts&, Tally&) const;
  void gather_baseline(Workspace&, Tally&) const;
  void gather_harm(std::size_t strategy, const TileHarm&, Workspace&, Tally&) const;
  void gather_background(const HarmParameters&, Workspace&, Tally&) const;
  void add_events(std::size_t strategy, const Workspace&, Tally&) const;
  void add_clusters(std::size_t strategy, std::size_t endpoint, std::size_t visit, const Workspace&, Tally&) const;
  void add_baseline_clusters(std::size_t endpoint, const Workspace&, Tally&) const;
  void add_event_clusters(std::size_t strategy, const Workspace&, Tally&) const;
  /// The columns that say what a row is about; a row has a strategy and a stratum.
  template <class Column>
  void name_rows(const Column& column) const {
    column("scenario", "", "stance of the evidence", [&](const auto&) { return evidence_.name; });
    column("strategy", "", "what the patients receive",
           [&](const auto& row) { return study_.strategies[row.strategy].name; });
    column("stratification", "", "which list of strata; empty for the overall stratum",
           [&](const auto& row) { return strata_.strata()[row.stratum].stratification; });
    column("stratum", "", "which patients", [&](const auto& row) { return strata_.strata()[row.stratum].name; });
  }
  template <class Column>
  void name_cells(const Column&, const char* patients) const;
  Table deliver_baseline(const Tally&) const;
  Table deliver_summary(const Tally&) const;
  Table deliver_increments(const Tally&) const;
  Table deliver_eligible(const Tally&) const;
  Table deliver_adverse_events(const Tally&) const;
  Table deliver_harm(const Tally&) const;
  /// Rows of the tile in work, of the strategy evaluated last; without one a table without rows.
  Table draw_table(std::size_t strategy, std::uint32_t draw, const Workspace*) const;
  Table patient_table(std::uint32_t replicate, const Workspace*) const;
  Table outcome_table(std::size_t strategy, std::uint32_t replicate, const Workspace*) const;

  Study study_;
  Evidence evidence_;
  ParameterDraws draws_;
  StrataMap strata_;
  std::shared_ptr<const Model> fixed_;  // the one model of fixed parameters
  std::vector<std::size_t> order_;      // of the strategies: the reference first, all increments are taken against it
  CohortLayout layout_;
};

}  // namespace vcohort
