#include <boost/test/unit_test.hpp>

#include <xgrad/base/make_body.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <new>
#include <set>
#include <thread>
#include <vector>

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

namespace {
/// Pages of this program that are in memory.
std::size_t resident_pages()
{
    std::size_t all = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident;
}

std::vector<void*> blocks_of(std::size_t bytes, std::size_t count)
{
    std::vector<void*> blocks(count);
    for (auto*& block : blocks) {
        block = allocate_block(bytes);
        std::memset(block, 'x', bytes);
    }
    return blocks;
}
} // namespace

BOOST_AUTO_TEST_CASE(small_blocks_that_nobody_uses_go_back_to_the_system_and_others_stay)
{
    release_memory();
    auto const before = resident_pages();
    constexpr std::size_t bytes = 192;
    auto blocks = blocks_of(bytes, 300000);
    auto* const kept = blocks[150000];
    std::swap(blocks[150000], blocks.back());
    blocks.pop_back();
    auto const most = resident_pages();
    for (auto* const block : blocks) {
        free_block(block, bytes);
    }
    release_memory();
    if (before != 0 && !XGRAD_IS_ADDRESS_SANITIZED) { // there is such a file
        auto const megabyte = (std::size_t{1} << 20) / 4096;
        BOOST_TEST(most > before + 50 * megabyte);
        BOOST_TEST(resident_pages() + 40 * megabyte < most);
    }
    BOOST_TEST(static_cast<char const*>(kept)[bytes - 1] == 'x');
    auto const again = blocks_of(bytes, 1000);
    BOOST_TEST((std::find(again.begin(), again.end(), kept) == again.end()));
    BOOST_TEST(static_cast<char const*>(kept)[0] == 'x');
    for (auto* const block : again) {
        free_block(block, bytes);
    }
    free_block(kept, bytes);
    release_memory();
}

BOOST_AUTO_TEST_CASE(small_blocks_of_threads_that_have_ended_are_used_by_others)
{
    release_memory();
    std::vector<void*> theirs;
    void* kept = nullptr;
    std::thread([&] {
        theirs = blocks_of(256, 1000);
        kept = theirs.back(); // so that its memory stays
        theirs.pop_back();
        for (auto* const block : theirs) {
            free_block(block, 256);
        }
    }).join();
    auto const ours = blocks_of(256, 1000);
    auto const is_theirs = [&](void* block) {
        return std::find(theirs.begin(), theirs.end(), block) != theirs.end();
    };
    if (!XGRAD_IS_ADDRESS_SANITIZED) {
        BOOST_TEST(std::count_if(ours.begin(), ours.end(), is_theirs) > 900);
    }
    BOOST_TEST((std::find(ours.begin(), ours.end(), kept) == ours.end()));
    for (auto* const block : ours) {
        free_block(block, 256);
    }
    free_block(kept, 256);
    release_memory();
}

BOOST_AUTO_TEST_CASE(threads_allocate_free_and_give_back_at_the_same_time)
{
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([] {
            for (int round = 0; round < 20; ++round) {
                auto blocks = blocks_of(128, 500);
                std::thread([&] {
                    for (std::size_t i = 0; i < blocks.size(); i += 2) {
                        free_block(blocks[i], 128);
                    }
                }).join();
                for (std::size_t i = 1; i < blocks.size(); i += 2) {
                    free_block(blocks[i], 128);
                }
                release_memory();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
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

BOOST_AUTO_TEST_CASE(an_impossible_size_is_an_error_and_harms_nothing)
{
    BOOST_CHECK_THROW(make_body(element_type::float64, {std::size_t{1} << 61, 8}), shape_error);
    BOOST_CHECK_THROW(allocate_block(~std::size_t{0} - 100), std::bad_alloc);
    BOOST_TEST(make_body(element_type::float64, {1})->size == 1u);
}
