#include "io/results/detail/content_writer.hpp"

#include <fmt/format.h>

#include <cstring>
#include <set>
#include <utility>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "io/results/detail/content_digest.hpp"
#include "io/results/detail/contents.hpp"
#include "io/results/detail/limbs.hpp"
#include "io/results/detail/seal.hpp"

namespace vcohort::detail {
namespace {

FileHandle create_file(const std::filesystem::path& temporary, WriteStatus& status, const Context& context) {
  const PropertyHandle access(check(H5Pcreate(H5P_FILE_ACCESS), context, "prepare writing"));
  // The format of HDF5 1.10 has checksums in all of its own structures; older ones have none.
  check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110), context, "prepare writing");
  use_steady_driver(access.id(), status, context);
  check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), context, "prepare writing");
  const PropertyHandle creation(check(H5Pcreate(H5P_FILE_CREATE), context, "prepare writing"));
  check(H5Pset_obj_track_times(creation.id(), false), context, "prepare writing");
  return FileHandle(
      check(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), context, "create the file"));
}

Table study_table(const FileHeader& header) {
  Table table{"/study", "The study that the file answers.", {}};
  table.add<std::string>("source", "", "The study file, byte for byte as it was given.") = {header.study_source};
  table.add<std::string>("resolved", "",
                         "The study with every default and every --set filled in.") = {header.study_resolved};
  return table;
}

Table purposes_table(const FileHeader& header) {
  Table table{"/study/purposes", "What the addresses of random draws mean.", {}};
  const Columns column(table, header.purposes);
  column("name", "", "What a draw is for.", &PurposeNumber::name);
  column("number", "1", "Its fixed number in the address of a draw.", &PurposeNumber::number);
  return table;
}

Table evidence_table(const FileHeader& header) {
  Table table{"/evidence", "The evidence files that the study names.", {}};
  const Columns column(table, header.evidence);
  column("name", "", "The stance, or the file's name.", &EvidenceText::name);
  column("source", "",
         "The evidence file, byte for byte as it was given; of an overlay, the whole text that it stands for.",
         &EvidenceText::source);
  return table;
}

void write_whole(hid_t file, const Context& context, const Table& table, Storage storage) {
  TableWriter writer(file, context, table, storage);
  writer.append(table);
  writer.finish();
}

}  // namespace

ContentWriter::ContentWriter(const std::filesystem::path& path, const FileHeader& header, Existing existing,
                             Storage storage)
    : destination_(path, existing, has_seal),
      context_{path, Context::Access::write},
      storage_(storage),
      file_(create_file(destination_.temporary(), status_, context_)) {
  write_header(header);
  require_space();
}

void ContentWriter::require_space() const {
  if (status_.error != 0) fail(context_, "write the file", std::strerror(status_.error));
}

void ContentWriter::write_header(const FileHeader& header) {
  const auto text = [this](const char* name, std::string_view value) {
    write_attribute(file_.id(), name, std::string(value), context_);
  };
  const auto number = [this](const char* name, std::int64_t value) {
    write_attribute(file_.id(), name, value, context_);
  };
  if (header.seed < 0) throw InternalError("cannot write the header (the seed is negative)");
  text("format", result_format);
  text("format_version", result_format_version);
  text("engine_version", header.engine_version);
  text("git_revision", header.git_revision);
  number("seed", header.seed);
  text("seed_hex", fmt::format("0x{:016x}", header.seed));
  text("rng", result_generator);
  text("study_sha256", header.study_sha256);
  text("evidence_sha256", header.evidence_sha256);
  text("status", header.status == FileStatus::complete ? "complete" : "part");
  number("first_block", header.blocks.first);
  number("last_block", header.blocks.last);
  number("total_blocks", header.blocks.total);
  Storage compressed = storage_;
  compressed.compress = true;  // long texts, in every part
  write_whole(file_.id(), context_, study_table(header), compressed);
  write_whole(file_.id(), context_, purposes_table(header), storage_);
  write_whole(file_.id(), context_, evidence_table(header), compressed);
}

void ContentWriter::cover(const BlockRange& blocks, const std::filesystem::path& path) {
  const auto replace = [this](const char* name, std::int64_t value) {
    check(H5Adelete(file_.id(), name), context_, "replace the range of blocks");
    write_attribute(file_.id(), name, value, context_);
  };
  replace("first_block", blocks.first);
  replace("last_block", blocks.last);
  replace("total_blocks", blocks.total);
  destination_.rename_to(path);
}

void ContentWriter::append(const Table& rows) {
  auto& writer = tables_[rows.path];
  if (!writer) writer = std::make_unique<TableWriter>(file_.id(), context_, rows, storage_);
  writer->append(rows);
  require_space();
}

void ContentWriter::write_tallies(const std::vector<NamedTally>& tallies) {
  Storage compressed = storage_;
  compressed.compress = true;
  std::set<std::pair<std::string, std::string>> seen;
  for (const NamedTally& named : tallies)
    if (!seen.emplace(named.question, named.scenario).second)
      throw InternalError(
          fmt::format("cannot write the tally of {} under {} (there are two)", named.question, named.scenario));
  write_whole(file_.id(), context_, tallies_table(tallies), compressed);
  TableWriter counts(file_.id(), context_, counts_table({}), compressed);
  TableWriter sums(file_.id(), context_, sums_table({}), compressed);
  for (const NamedTally& named : tallies) {
    counts.append(counts_table(named.tally.counts));
    sums.append(sums_table(named.tally.sums));
  }
  counts.finish();
  sums.finish();
}

std::string ContentWriter::publish() {
  for (auto& [path, writer] : tables_) writer->finish();
  tables_.clear();
  // Read back from the file rather than gathered while writing: the digest then also proves that the file can be read.
  check(H5Fflush(file_.id(), H5F_SCOPE_LOCAL), context_, "flush the file");
  require_space();
  const std::string digest = digest_of(Contents(file_.id(), context_));
  write_attribute(file_.id(), "content_digest", digest, context_);
  check(H5Fflush(file_.id(), H5F_SCOPE_LOCAL), context_, "flush the file");
  check(file_.close(), context_, "close the file");
  require_space();
  seal_file(destination_.temporary(), destination_.path());
  destination_.publish();
  return digest;
}

}  // namespace vcohort::detail
