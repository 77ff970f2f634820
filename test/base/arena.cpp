#include <boost/test/unit_test.hpp>

#include <xgrad/base/arena.hpp>
#include <xgrad/base/segmented_list.hpp>

#include <cstdint>
#include <memory>
#include <vector>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(what_an_arena_hands_out_does_not_overlap_or_move)
{
    memory_arena a;
    std::vector<std::pair<unsigned char*, std::size_t>> parts;
    for (std::size_t i = 0; i < 3000; ++i) {
        auto const bytes = 1 + i * 37 % 400;
        auto* const memory = static_cast<unsigned char*>(a.allocate(bytes));
        BOOST_REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % 8 == 0u);
        std::fill_n(memory, bytes, static_cast<unsigned char>(i));
        parts.emplace_back(memory, bytes);
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const [memory, bytes] = parts[i];
        BOOST_REQUIRE(
            std::count(memory, memory + bytes, static_cast<unsigned char>(i)) ==
            static_cast<std::ptrdiff_t>(bytes));
    }
}

BOOST_AUTO_TEST_CASE(a_cleared_arena_hands_out_the_same_memory_again)
{
    memory_arena a;
    std::vector<void*> first;
    for (int i = 0; i < 200; ++i) {
        first.push_back(a.allocate(100));
    }
    a.clear();
    for (auto* const memory : first) {
        BOOST_TEST(a.allocate(100) == memory);
    }
}

BOOST_AUTO_TEST_CASE(an_arena_counts_what_it_handed_out)
{
    memory_arena a;
    BOOST_TEST(a.bytes() == 0u);
    a.allocate(96);
    BOOST_TEST(a.bytes() == 96u);
    a.allocate(std::size_t{5} << 20); // longer than any page
    BOOST_TEST(a.bytes() >= (std::size_t{5} << 20) + 96);
    a.clear();
    BOOST_TEST(a.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_page_that_is_too_short_for_something_stays_for_what_comes_after)
{
    memory_arena a;
    for (int i = 0; i < 100; ++i) {
        a.allocate(400); // several pages
    }
    auto const retained = a.retained_bytes();
    a.clear();
    a.allocate(400);
    a.allocate(std::size_t{1} << 20);
    BOOST_TEST(a.retained_bytes() > retained + (std::size_t{1} << 20));
    auto const with_long_page = a.retained_bytes();
    for (int i = 0; i < 90; ++i) {
        a.allocate(400);
    }
    BOOST_TEST(a.retained_bytes() == with_long_page);
    a.clear();
    a.allocate(std::size_t{1} << 20);
    a.allocate(std::size_t{1} << 20);
    BOOST_TEST(a.retained_bytes() > with_long_page);
}

BOOST_AUTO_TEST_CASE(elements_of_a_segmented_list_stay_where_they_are)
{
    segmented_list<std::size_t> list;
    std::vector<std::size_t*> places;
    for (std::size_t i = 0; i < 5000; ++i) {
        places.push_back(&list.emplace_back(i));
    }
    BOOST_TEST(list.size() == 5000u);
    for (std::size_t i = 0; i < places.size(); ++i) {
        BOOST_REQUIRE(&list[i] == places[i]);
        BOOST_REQUIRE(list[i] == i);
    }
    BOOST_TEST(list.back() == 4999u);
}

BOOST_AUTO_TEST_CASE(a_segmented_list_destroys_its_elements_once)
{
    auto const counted = std::make_shared<int>(0);
    segmented_list<std::shared_ptr<int>> list;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 100; ++i) {
            list.emplace_back(counted);
        }
        BOOST_TEST(counted.use_count() == 101);
        list.clear();
        BOOST_TEST(counted.use_count() == 1);
    }
}
