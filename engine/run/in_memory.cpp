#include "engine/run/in_memory.hpp"

#include "engine/run/run.hpp"

namespace vcohort {

namespace {

class MemorySink final : public Sink {
 public:
  void append(const std::vector<Table>& rows) override {
    for (const Table& table : rows) append_rows(tables, table);
  }
  void publish(BlockSpan, const Tallies& of_span) override { tallies.add(of_span); }

  Tallies tallies;
  std::vector<Table> tables;
};

}  // namespace

std::vector<Table> run_in_memory(const Plan& plan, int threads) {
  MemorySink sink;
  RunOptions options;
  options.threads = threads;
  run_blocks(plan, options, sink);
  for (std::size_t q = 0; q < plan.questions(); ++q) {
    const auto question = plan.question(q);
    for (Table& table : question->deliver(sink.tallies.of(q, *question))) append_rows(sink.tables, std::move(table));
  }
  return std::move(sink.tables);
}

}  // namespace vcohort
