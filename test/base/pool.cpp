#include <boost/test/unit_test.hpp>

#include <xgrad/base/make_body.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <set>
#include <thread>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(blocks_start_on_a_cache_line_and_are_large_enough)
{
    for (std::size_t bytes = 0; bytes < 5000; bytes += 7) {
        auto* const block = allocate_block(bytes);
        BOOST_TEST_REQUIRE(reinterpret_cast<std::uintptr_t>(block) % block_alignment == 0u);
        std::fill_n(static_cast<char*>(block), bytes, 'x');
        free_block(block, bytes);
    }
}

BOOST_AUTO_TEST_CASE(a_freed_block_is_the_next_one_of_its_size)
{
    for (std::size_t const bytes : {100u, 1000u, 1000000u}) {
        auto* const first = allocate_block(bytes);
        free_block(first, bytes);
        auto* const second = allocate_block(bytes);
        BOOST_TEST(first == second);
        free_block(second, bytes);
    }
    release_memory();
}

BOOST_AUTO_TEST_CASE(large_blocks_begin_at_places_of_a_page_that_lie_apart)
{
    for (std::size_t const bytes : {detail::small_block_bytes + 1, detail::large_page + 1}) {
        release_memory(); // so that none of them has been used before
        std::array<void*, 8> blocks{};
        std::set<std::uintptr_t> places;
        for (auto*& block : blocks) {
            block = allocate_block(bytes);
            std::memset(block, 'x', bytes);
            places.insert(reinterpret_cast<std::uintptr_t>(block) % detail::page);
        }
        BOOST_TEST(places.size() == blocks.size());
        for (auto place = places.begin(), next = std::next(place); next != places.end();
             ++place, ++next) {
            BOOST_TEST(*next - *place >= detail::page / 16);
        }
        for (auto* const block : blocks) {
            free_block(block, bytes);
        }
    }
    release_memory();
}

BOOST_AUTO_TEST_CASE(size_classes_waste_at_most_a_quarter)
{
    for (std::size_t bytes = 256; bytes < (1u << 22); bytes += 4001) {
        auto const size = detail::size_class_of(bytes);
        BOOST_TEST_REQUIRE(size.bytes >= bytes);
        BOOST_TEST_REQUIRE(
            static_cast<double>(size.bytes) <=
            1.25 * static_cast<double>(bytes) + double(block_alignment));
        BOOST_TEST_REQUIRE(detail::size_class_of(size.bytes).index == size.index);
    }
}

BOOST_AUTO_TEST_CASE(a_body_owns_its_elements_and_its_padding_is_zero)
{
    auto const body = make_body(element_type::float64, {3});
    BOOST_TEST(body->size == 3u);
    BOOST_TEST(body->elements<double>()[3] == 0.0);
    BOOST_TEST(body->elements<double>()[7] == 0.0);
}

BOOST_AUTO_TEST_CASE(a_view_keeps_the_viewed_elements_alive)
{
    body_pointer view;
    {
        auto const body = make_body(element_type::float64, {4});
        body->elements<double>()[2] = 42;
        view = make_view(body, {2}, {1}, 2);
        view = make_view(view, {1}, {1}, 0);
    }
    BOOST_TEST(view->elements<double>()[0] == 42);
}

BOOST_AUTO_TEST_CASE(a_block_may_be_freed_by_another_thread)
{
    auto body = make_body(element_type::float32, {100});
    std::thread([moved = std::move(body)]() mutable { moved = {}; }).join();
    BOOST_TEST(!body);
}

BOOST_AUTO_TEST_CASE(identities_are_unique_over_threads)
{
    std::uint64_t other = 0;
    auto const here = detail::next_identity();
    std::thread([&] { other = detail::next_identity(); }).join();
    BOOST_TEST(here != other);
    BOOST_TEST(here != detail::next_identity());
    BOOST_TEST(here != 0u);
}

BOOST_AUTO_TEST_CASE(an_impossible_size_is_bad_alloc_and_harms_nothing)
{
    BOOST_CHECK_THROW(make_body(element_type::float64, {std::size_t{1} << 61}), std::bad_alloc);
    BOOST_TEST(make_body(element_type::float64, {1})->size == 1u);
}
