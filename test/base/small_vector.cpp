#include <boost/test/unit_test.hpp>

#include <xgrad/base/small_vector.hpp>

#include <utility>
#include <vector>

using xgrad::small_vector;
using vector = small_vector<std::size_t, 3>;

BOOST_AUTO_TEST_CASE(a_small_vector_grows_beyond_its_inline_places_and_keeps_its_elements)
{
    vector v;
    for (std::size_t i = 0; i < 10; ++i) {
        v.push_back(i);
    }
    BOOST_TEST((v == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    v.erase(v.begin() + 4);
    v.insert(v.begin(), 42);
    BOOST_TEST((v == std::vector<int>{42, 0, 1, 2, 3, 5, 6, 7, 8, 9}));
}

BOOST_AUTO_TEST_CASE(copies_and_moves_are_independent_inline_and_on_the_heap)
{
    for (std::size_t const n : {2u, 9u}) {
        vector const original(n, 7);
        vector copy = original;
        copy[0] = 1;
        BOOST_TEST(original[0] == 7u);
        vector moved = std::move(copy);
        BOOST_TEST(moved[0] == 1u);
        BOOST_TEST(moved.size() == n);
        copy = original; // a moved-from vector can be used again
        BOOST_TEST((copy == original));
        moved = static_cast<vector const&>(moved); // an assignment to itself
        BOOST_TEST(moved.size() == n);
        moved = std::move(copy);
        BOOST_TEST((moved == original));
    }
}

BOOST_AUTO_TEST_CASE(vectors_compare_with_any_range_of_integers)
{
    vector const v{1, 2};
    BOOST_TEST((v == std::vector<long>{1, 2}));
    BOOST_TEST((v != std::vector<long>{1}));
    BOOST_TEST((v != std::vector<long>{1, -2}));
    BOOST_TEST((std::vector<int>{1, 2} == v));
}
