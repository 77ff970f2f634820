#include <boost/test/unit_test.hpp>

#include <xgrad/tape/identity_map.hpp>

#include <cstdint>

using xgrad::identity_map;

namespace {

/// Some identities: in sequence, as tensors have them, and some that share their low bits.
std::uint64_t identity_of(std::uint32_t i)
{
    return i % 3 == 0 ? std::uint64_t{i + 1} << 32 : 1000 + i;
}

void expect_these(identity_map const& map, std::uint32_t count)
{
    for (std::uint32_t i = 0; i < count; ++i) {
        BOOST_REQUIRE(map.find(identity_of(i)).has_value());
        BOOST_TEST(*map.find(identity_of(i)) == i);
    }
    BOOST_TEST(!map.find(identity_of(count)).has_value());
    BOOST_TEST(!map.find(7).has_value());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_few_and_many_identities_are_found_again)
{
    for (std::uint32_t const count : {0u, 1u, 7u, 8u, 9u, 16u, 17u, 33u, 1000u}) {
        identity_map map;
        for (std::uint32_t i = 0; i < count; ++i) {
            map.insert(identity_of(i), i);
            expect_these(map, i + 1);
        }
        expect_these(map, count);
    }
}

BOOST_AUTO_TEST_CASE(a_cleared_map_knows_none_and_starts_anew)
{
    identity_map map;
    for (std::uint32_t const count : {20u, 3u, 8u, 9u, 1u, 40u, 8u, 10u}) {
        for (std::uint32_t i = 0; i < count; ++i) {
            map.insert(identity_of(i), i);
        }
        expect_these(map, count);
        map.clear();
        expect_these(map, 0);
        BOOST_TEST(map.bytes() == 0u);
    }
}

BOOST_AUTO_TEST_CASE(an_index_is_made_for_an_identity_that_has_none)
{
    identity_map map;
    std::uint32_t made = 0;
    auto const make = [&] { return made++; };
    for (int round = 0; round < 2; ++round) {
        for (std::uint32_t i = 0; i < 30; ++i) {
            BOOST_TEST(map.find_or_insert(identity_of(i), make) == i);
        }
    }
    BOOST_TEST(made == 30u);
}
