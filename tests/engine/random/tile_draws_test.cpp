#include "engine/random/tile_draws.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/instruction_set.hpp"

namespace vcohort {
namespace {

constexpr std::uint64_t seed = 20260101;
constexpr double untouched = -99.0;

using TileFunction = void (*)(const TileAddress&, const std::uint64_t*, int, int, double* const*);
using PlainFunction = std::array<double, 4> (*)(std::uint64_t, const Address&);

/// Four columns of one more value than there are lanes, so that a write beyond the last lane shows.
struct Columns {
  explicit Columns(int lanes) : values(4, std::vector<double>(lanes + 1, untouched)) {
    for (int k = 0; k < 4; ++k) pointers[k] = values[k].data();
  }
  std::vector<std::vector<double>> values;
  double* pointers[4];
};

/// One value of each field per lane.
struct Lanes {
  explicit Lanes(int n) {
    std::mt19937_64 bits(17);
    for (int lane = 0; lane < n; ++lane) {
      patients.push_back(bits() >> (16 + bits() % 30));
      occasions.push_back(static_cast<std::uint16_t>(bits()));
      replicates.push_back(static_cast<std::uint32_t>(bits()));
    }
  }
  std::vector<std::uint64_t> patients;
  std::vector<std::uint16_t> occasions;
  std::vector<std::uint32_t> replicates;
};

class TileDraws : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!is_available(GetParam())) GTEST_SKIP() << name_of(GetParam()) << " is not available";
    force_instruction_set(GetParam());
  }
  void TearDown() override { force_instruction_set(best_instruction_set()); }

  /// Compares bit by bit with the plain functions, for one to four values.
  void compare(const TileAddress& tile, const Lanes& lanes, bool with_patients, int n) {
    compare(tile_uniforms, uniforms_at, tile, lanes, with_patients, n);
    compare(tile_normals, normals_at, tile, lanes, with_patients, n);
  }

 private:
  static void compare(TileFunction tile_function, PlainFunction plain_function, const TileAddress& tile,
                      const Lanes& lanes, bool with_patients, int n) {
    for (int count = 1; count <= 4; ++count) {
      Columns out(n);
      tile_function(tile, with_patients ? lanes.patients.data() : nullptr, n, count, out.pointers);
      for (int lane = 0; lane < n; ++lane) {
        const std::array<double, 4> expected =
            plain_function(tile.seed, {tile.replicates != nullptr ? lanes.replicates[lane] : tile.replicate,
                                       with_patients ? lanes.patients[lane] : tile.patient, tile.purpose,
                                       tile.occasions != nullptr ? lanes.occasions[lane] : tile.occasion, tile.block});
        for (int k = 0; k < count; ++k) {
          ASSERT_EQ(std::bit_cast<std::uint64_t>(out.values[k][lane]), std::bit_cast<std::uint64_t>(expected[k]))
              << "value " << k << " of " << count << ", lane " << lane << " of " << n;
        }
      }
      for (int k = 0; k < 4; ++k) {
        ASSERT_EQ(out.values[k][k < count ? n : 0], untouched)
            << "value " << k << " of " << count << ", " << n << " lanes";
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Sets, TileDraws,
                         testing::Values(InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512),
                         [](const auto& set) { return std::string(name_of(set.param)); });

TEST_P(TileDraws, HaveTheBitsOfThePlainFunctions) {
  const TileAddress tile{
      .seed = seed, .replicate = 0xfedcba98, .purpose = Purpose::measurement, .occasion = 65535, .block = 1};
  for (const int n : {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 512, 1000}) {
    compare(tile, Lanes(n), true, n);
  }
}

TEST_P(TileDraws, TakeAnyFieldPerLane) {
  for (const int n : {1, 31, 64, 100, 517}) {
    const Lanes lanes(n);
    TileAddress tile{.seed = seed,
                     .replicate = 5,
                     .purpose = Purpose::accrual,
                     .occasion = 3,
                     .block = 0xabcd,
                     .patient = 1234567890123};
    for (const bool with_patients : {false, true}) {
      for (const bool with_occasions : {false, true}) {
        for (const bool with_replicates : {false, true}) {
          tile.occasions = with_occasions ? lanes.occasions.data() : nullptr;
          tile.replicates = with_replicates ? lanes.replicates.data() : nullptr;
          compare(tile, lanes, with_patients, n);
        }
      }
    }
  }
}

/// Whether or not patients follow each other without a gap, and wherever they begin.
TEST_P(TileDraws, OfSharedBlocksHaveTheBitsOfThePlainFunctions) {
  const TileAddress tile{.seed = seed, .replicate = 77, .purpose = Purpose::randomisation, .occasion = 2, .block = 3};
  for (const std::size_t n : {1, 2, 3, 31, 64, 65, 127, 128, 129, 200, 517})
    for (const std::uint64_t from : {0ull, 1ull, 2ull, 3ull, 1021ull, 0x123456789abcull})
      for (const bool gaps : {false, true}) {
        std::vector<std::uint64_t> patients(n);
        for (std::size_t i = 0; i < n; ++i) patients[i] = from + i + (gaps ? i * i % 5 + 5 * i : 0);
        std::vector<double> uniform(n), first(n), second(n), one(n), other(n), normal(n);
        shared_uniforms(tile, patients, uniform.data());
        shared_uniform_pairs(tile, patients, one.data(), other.data());
        shared_normals(tile, patients, normal.data());
        shared_normal_pairs(tile, patients, first.data(), second.data());
        for (std::size_t i = 0; i < n; ++i) {
          const Address address{tile.replicate, patients[i], tile.purpose, tile.occasion, tile.block};
          const auto pair = std::array{first[i], second[i]}, uniforms = std::array{one[i], other[i]};
          ASSERT_EQ(uniform[i], shared_uniform_at(seed, address)) << n << ' ' << from << ' ' << i;
          ASSERT_EQ(normal[i], shared_normal_at(seed, address)) << n << ' ' << from << ' ' << i;
          ASSERT_EQ(pair, shared_normal_pair_at(seed, address)) << n << ' ' << from << ' ' << i;
          ASSERT_EQ(uniforms, shared_uniform_pair_at(seed, address)) << n << ' ' << from << ' ' << i;
          // The words of the block, one after the other.
          Address block{tile.replicate, patients[i] / 4, tile.purpose, tile.occasion, tile.block};
          ASSERT_EQ(uniform[i], uniforms_at(seed, block)[patients[i] % 4]);
          ASSERT_EQ(normal[i], normals_at(seed, block)[patients[i] % 4]);
          block.patient = patients[i] / 2;
          ASSERT_EQ(first[i], normals_at(seed, block)[2 * (patients[i] % 2)]);
          ASSERT_EQ(other[i], uniforms_at(seed, block)[2 * (patients[i] % 2) + 1]);
        }
      }
}

/// Patients of a block are as independent as those of different blocks: 4.5 standard errors.
TEST(SharedDraws, OfNeighboursAreNotCorrelated) {
  constexpr std::size_t n = 400000;
  std::vector<std::uint64_t> patients(n);
  std::iota(patients.begin(), patients.end(), std::uint64_t{0});
  std::vector<double> uniform(n), first(n), second(n), normal(n);
  const TileAddress tile{.seed = seed, .purpose = Purpose::test};
  shared_uniforms(tile, patients, uniform.data());
  shared_normals(tile, patients, normal.data());
  shared_normal_pairs(tile, patients, first.data(), second.data());
  for (double& u : uniform) u = (u - 0.5) * std::sqrt(12.0);
  for (const std::vector<double>* x : {&uniform, &normal, &first, &second})
    for (const std::size_t lag : {1, 2, 3, 4}) {
      double sum = 0, mean = 0, squares = 0;
      for (std::size_t i = 0; i + lag < n; ++i) sum += (*x)[i] * (*x)[i + lag];
      for (const double value : *x) mean += value / n;
      for (const double value : *x) squares += value * value / n;
      EXPECT_NEAR(sum / n, 0, 4.5 / std::sqrt(double{n})) << lag;
      EXPECT_NEAR(mean, 0, 4.5 / std::sqrt(double{n}));
      EXPECT_NEAR(squares, 1, 4.5 * std::sqrt(2.0 / n));
    }
  double together = 0;
  for (std::size_t i = 0; i < n; ++i) together += first[i] * second[i] / n;
  EXPECT_NEAR(together, 0, 4.5 / std::sqrt(double{n}));
}

TEST_P(TileDraws, RefuseWhatHasNoAddress) {
  Columns out(100);
  std::vector<std::uint64_t> patients(100, Address::whole_replicate);
  EXPECT_NO_THROW(tile_normals({}, patients.data(), 100, 4, out.pointers));
  patients[99] = Address::whole_replicate + 1;
  EXPECT_THROW(tile_normals({}, patients.data(), 100, 1, out.pointers), NumericalFailure);
  EXPECT_THROW(tile_uniforms({}, patients.data(), 100, 1, out.pointers), NumericalFailure);
  EXPECT_NO_THROW(tile_uniforms({}, patients.data(), 99, 1, out.pointers));
  EXPECT_THROW(tile_uniforms({.patient = std::uint64_t{1} << 48}, nullptr, 100, 1, out.pointers), NumericalFailure);
  EXPECT_THROW(tile_uniforms({}, nullptr, 100, 0, out.pointers), InternalError);
  EXPECT_THROW(tile_normals({}, nullptr, 100, 5, out.pointers), InternalError);
  EXPECT_THROW(tile_normals({}, nullptr, -1, 4, out.pointers), InternalError);
}

// Pins the addresses and the conversion for ever: every stored result rests on them.
TEST(DrawsAt, AgreeWithAnIndependentComputation) {
  std::ifstream table(VCOHORT_ORACLES "/philox_draws.txt");
  ASSERT_TRUE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::uint64_t row_seed = 0;
    Address address;
    std::uint16_t purpose = 0;
    fields >> row_seed >> address.replicate >> address.patient >> purpose >> address.occasion >> address.block;
    address.purpose = static_cast<Purpose>(purpose);
    const std::array<double, 4> uniforms = uniforms_at(row_seed, address);
    const std::array<double, 4> normals = normals_at(row_seed, address);
    for (const double uniform : uniforms) {
      std::uint32_t word = 0;
      fields >> std::hex >> word >> std::dec;
      EXPECT_EQ(uniform, (word + 0.5) / 4294967296.0) << line;
    }
    for (const double normal : normals) {
      double expected = 0.0;
      fields >> expected;
      // Radius and angle each carry about two roundings.
      EXPECT_NEAR(normal, expected, 4 * 2.2e-16 * std::max(1.0, std::fabs(expected))) << line;
    }
    ASSERT_TRUE(fields) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 8);
}

}  // namespace
}  // namespace vcohort
