#include "engine/run/shard.hpp"

#include <string>

#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

/// floor(a b / c) for a <= c: the product may need more than 64 bits, the quotient does not.
std::int64_t share(std::int64_t a, std::int64_t b, std::int64_t c) {
  __extension__ using Wide = __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(a) * b / c);
}

}  // namespace

BlockSpan span_of(Shard shard, std::int64_t blocks) {
  require(shard.of >= 1 && shard.of <= most_shards && shard.number >= 1 && shard.number <= shard.of,
          "shards are numbered from 1 to their number");
  return {share(shard.number - 1, blocks, shard.of), share(shard.number, blocks, shard.of)};
}

/// The smallest number whose span ends behind the block: ceil((block + 1) of / blocks).
std::int64_t shard_of(std::int64_t block, std::int64_t of, std::int64_t blocks) {
  __extension__ using Wide = __int128;
  return static_cast<std::int64_t>((static_cast<Wide>(block + 1) * of + blocks - 1) / blocks);
}

}  // namespace vcohort
