#include "engine/run/in_memory.hpp"

#include "engine/run/run.hpp"

namespace vcohort {

namespace {

class MemorySink final : public Sink {
 public:
  explicit MemorySink(const Plan& plan) : tallies(plan.empty_tallies()) {}

  void append(const std::vector<Table>& rows) override {
    for (const Table& table : rows) append_rows(tables, table);
  }
  void publish(BlockSpan, const std::vector<Tally>& of_span) override {
    for (std::size_t q = 0; q < tallies.size(); ++q) tallies[q].add(of_span[q]);
  }

  std::vector<Tally> tallies;
  std::vector<Table> tables;
};

}  // namespace

std::vector<Table> run_in_memory(const Plan& plan, int threads) {
  MemorySink sink(plan);
  RunOptions options;
  options.threads = threads;
  run_blocks(plan, options, sink);
  for (std::size_t q = 0; q < plan.questions().size(); ++q)
    for (Table& table : plan.questions()[q]->deliver(sink.tallies[q])) append_rows(sink.tables, std::move(table));
  return std::move(sink.tables);
}

}  // namespace vcohort
