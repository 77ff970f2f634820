#include <boost/test/unit_test.hpp>

#include <xgrad/base/make_body.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

using namespace xgrad;

namespace {
/// A body whose destruction can be seen, and what sees it.
struct watched_body
{
    body_pointer body;
    std::weak_ptr<void const> alive;
};

double const element = 1;

watched_body make_watched()
{
    auto owner = std::make_shared<int>(0);
    std::weak_ptr<void const> const alive(owner);
    return {make_foreign_body(element_type::float64, &element, {1}, {1}, std::move(owner)), alive};
}

void make_another()
{
    make_body(element_type::float64, {1});
}

template <class F>
void in_another_thread(F&& f)
{
    std::thread thread(std::forward<F>(f));
    thread.join();
}
} // namespace

BOOST_AUTO_TEST_CASE(the_last_owner_destroys_at_once_in_the_thread_that_has_made_it)
{
    auto [body, alive] = make_watched();
    BOOST_TEST(body->references.unique());
    {
        auto const second = body;
        BOOST_TEST(!body->references.unique());
        BOOST_TEST(body->references.owners() == 2u);
    }
    BOOST_TEST(body->references.unique());
    BOOST_TEST(!alive.expired());
    body = {};
    BOOST_TEST(alive.expired());
}

BOOST_AUTO_TEST_CASE(owners_in_other_threads_count)
{
    auto [body, alive] = make_watched();
    body_pointer taken;
    in_another_thread([&] {
        taken = body;
        auto const more = taken;
        BOOST_TEST(!taken->references.unique());
    });
    BOOST_TEST(!body->references.unique());
    BOOST_TEST(body->references.owners() == 2u);
    body = {};
    BOOST_TEST(!alive.expired());
    BOOST_TEST(taken->references.unique()); // all are counted in one place now
    in_another_thread([last = std::move(taken)]() mutable { last = {}; });
    BOOST_TEST(alive.expired());
}

BOOST_AUTO_TEST_CASE(what_another_thread_drops_last_is_destroyed_when_its_maker_makes_the_next)
{
    auto made = make_watched();
    in_another_thread([body = std::move(made.body)]() mutable {
        BOOST_TEST(!body->references.unique()); // not known
        body = {};
    });
    make_another();
    BOOST_TEST(made.alive.expired());
}

BOOST_AUTO_TEST_CASE(what_was_left_to_its_maker_can_have_owners_still)
{
    auto made = make_watched();
    body_pointer second = made.body;
    in_another_thread([body = std::move(made.body), copy = second]() mutable {
        body = {};
        copy = {};
    });
    make_another();
    BOOST_TEST(!made.alive.expired());
    auto const third = second;
    BOOST_TEST(!second->references.unique());
    second = {};
    BOOST_TEST(!made.alive.expired());
    in_another_thread([&made, last = third]() { BOOST_TEST(!made.alive.expired()); });
    BOOST_TEST(third->references.unique());
}

BOOST_AUTO_TEST_CASE(what_a_thread_leaves_behind_is_destroyed_by_its_last_owner)
{
    watched_body left;
    in_another_thread([&] { left = make_watched(); });
    auto copy = left.body;
    left.body = {};
    BOOST_TEST(!left.alive.expired());
    copy = {};
    BOOST_TEST(left.alive.expired());
    // A thread that starts after takes the place of the one that has ended.
    in_another_thread([&] { left = make_watched(); });
    in_another_thread([&] {
        make_another();
        auto const second = left.body;
        left.body = {};
        BOOST_TEST(!left.alive.expired());
    });
    make_another();
    BOOST_TEST(left.alive.expired());
}

BOOST_AUTO_TEST_CASE(a_view_dropped_elsewhere_drops_what_it_views)
{
    auto made = make_watched();
    auto view = make_view(made.body, {1, 1}, {1, 1}, 0);
    auto const whole = make_body(element_type::float64, {4});
    auto part = make_view(whole, {2}, {2}, 0);
    in_another_thread([&] { part = {}; });
    make_another();
    BOOST_TEST(whole->references.unique());
    made.body = {};
    view = {};
    make_another();
    BOOST_TEST(made.alive.expired());
}

BOOST_AUTO_TEST_CASE(many_threads_hand_bodies_to_each_other_and_none_is_lost)
{
    constexpr int rounds = 3000;
    constexpr std::size_t places = 16;
    std::array<body_pointer, places> shared;
    std::array<std::atomic_flag, places> locks;
    std::vector<std::weak_ptr<void const>> all;
    std::atomic_flag list;
    auto const lock = [](std::atomic_flag& flag) {
        while (flag.test_and_set(std::memory_order_acquire)) {
            std::this_thread::yield();
        }
    };
    auto const work = [&](unsigned seed) {
        std::mt19937 random(seed);
        std::vector<body_pointer> own;
        for (int round = 0; round < rounds; ++round) {
            auto made = make_watched();
            if (round % 16 == 0) {
                lock(list);
                all.push_back(made.alive);
                list.clear(std::memory_order_release);
            }
            auto const place = random() % places;
            lock(locks[place]);
            switch (random() % 3) {
            case 0:
                shared[place] = std::move(made.body);
                break;
            case 1:
                own.push_back(shared[place]);
                break;
            default:
                std::swap(shared[place], made.body);
            }
            locks[place].clear(std::memory_order_release);
            if (own.size() > 20) {
                own.erase(own.begin() + static_cast<std::ptrdiff_t>(random() % own.size()));
                own.push_back(own.front());
            }
            if (random() % 64 == 0) {
                own.clear();
            }
        }
    };
    for (unsigned generation = 0; generation < 3; ++generation) {
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < 4; ++i) {
            threads.emplace_back(work, 10 * generation + i);
        }
        for (auto& thread : threads) {
            thread.join();
        }
    }
    shared = {};
    make_another();
    for (auto const& alive : all) {
        BOOST_TEST_REQUIRE(alive.expired());
    }
}
