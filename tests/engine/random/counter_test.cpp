#include "engine/random/counter.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <vector>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

Address exclusive_or(const Address& a, const Address& b) {
  return {a.replicate ^ b.replicate, a.patient ^ b.patient,
          static_cast<Purpose>(static_cast<std::uint16_t>(a.purpose) ^ static_cast<std::uint16_t>(b.purpose)),
          static_cast<std::uint16_t>(a.occasion ^ b.occasion), static_cast<std::uint16_t>(a.block ^ b.block)};
}

PhiloxCounter exclusive_or(const PhiloxCounter& a, const PhiloxCounter& b) {
  return {a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]};
}

/// The 128 addresses with one bit set.
std::vector<Address> single_bits() {
  const Address none{0, 0, Purpose{0}, 0, 0};
  std::vector<Address> addresses;
  const auto add = [&](int bits, auto set) {
    for (int bit = 0; bit < bits; ++bit) {
      addresses.push_back(none);
      set(addresses.back(), std::uint64_t{1} << bit);
    }
  };
  add(32, [](Address& address, std::uint64_t bit) { address.replicate = static_cast<std::uint32_t>(bit); });
  add(48, [](Address& address, std::uint64_t bit) { address.patient = bit; });
  add(16, [](Address& address, std::uint64_t bit) { address.purpose = static_cast<Purpose>(bit); });
  add(16, [](Address& address, std::uint64_t bit) { address.occasion = static_cast<std::uint16_t>(bit); });
  add(16, [](Address& address, std::uint64_t bit) { address.block = static_cast<std::uint16_t>(bit); });
  return addresses;
}

std::vector<Address> random_addresses(int n) {
  std::mt19937_64 bits(3);
  std::vector<Address> addresses;
  for (int i = 0; i < n; ++i) {
    addresses.push_back({static_cast<std::uint32_t>(bits()), bits() >> 16, static_cast<Purpose>(bits() & 0xffff),
                         static_cast<std::uint16_t>(bits()), static_cast<std::uint16_t>(bits())});
  }
  return addresses;
}

// The map is linear over exclusive-or, and takes the 128 unit vectors to 128 different unit vectors: so it is
// one-to-one.
TEST(CounterOf, EveryBitOfAnAddressHasItsOwnBitOfTheCounter) {
  PhiloxCounter seen{};
  for (const Address& address : single_bits()) {
    const PhiloxCounter counter = counter_of(address);
    int bits_set = 0;
    for (int word = 0; word < 4; ++word) {
      bits_set += std::popcount(counter[word]);
      EXPECT_EQ(seen[word] & counter[word], 0u);
      seen[word] |= counter[word];
    }
    EXPECT_EQ(bits_set, 1);
  }
  EXPECT_EQ(seen, (PhiloxCounter{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}));
}

TEST(CounterOf, IsLinearOverExclusiveOr) {
  const std::vector<Address> addresses = random_addresses(2'000);
  const std::vector<Address> bits = single_bits();
  for (std::size_t i = 1; i < addresses.size(); ++i) {
    const Address sum = exclusive_or(addresses[i - 1], addresses[i]);
    EXPECT_EQ(counter_of(sum), exclusive_or(counter_of(addresses[i - 1]), counter_of(addresses[i])));
    for (const Address& bit : bits) {
      ASSERT_EQ(counter_of(exclusive_or(addresses[i], bit)), exclusive_or(counter_of(addresses[i]), counter_of(bit)));
    }
  }
}

TEST(CounterOf, HasTheDocumentedLayout) {
  const PhiloxCounter counter = counter_of({0x89abcdef, 0x123456789abc, Purpose{0x0192}, 0x0304, 0x0506});
  EXPECT_EQ(counter, (PhiloxCounter{0x03040506, 0x01921234, 0x56789abc, 0x89abcdef}));
  EXPECT_EQ(key_of(0x0123456789abcdef), (PhiloxKey{0x89abcdef, 0x01234567}));
}

TEST(CounterOf, RefusesPatientsBeyond48Bits) {
  EXPECT_NO_THROW(counter_of({.patient = Address::largest_patient}));
  EXPECT_NO_THROW(counter_of({.patient = Address::whole_replicate}));
  EXPECT_THROW(counter_of({.patient = Address::whole_replicate + 1}), NumericalFailure);
  EXPECT_THROW(counter_of({.patient = ~std::uint64_t{0}}), NumericalFailure);
}

}  // namespace
}  // namespace vcohort
