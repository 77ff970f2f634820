#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cstring>
#include <functional>
#include <vector>

// Adjoints of parts, which are added to those of the whole block by block. What they are compared
// with reads copies of the parts, whose adjoints are arrays.

using namespace xgrad;

namespace {
struct threads_as_before
{
    std::size_t const count = num_threads();

    ~threads_as_before() { set_num_threads(count); }
};

auto const as_it_is = [](auto const& part) { return part; };
auto const copied = [](auto const& part) { return as_tensor(part * 1); };

/// The gradient of Σ sin f(x, select) for x.
template <class T, class F, class Select>
tensor<T> gradient_of(F const& f, tensor<T> const& x, Select const& select)
{
    auto tape = create_tape();
    tensor z = f(x, select);
    tensor loss = sum(sin(z));
    return grad(tape, loss, x);
}

template <class T>
bool same_bits(tensor<T> const& a, tensor<T> const& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T, class F>
void expect_gradient(F const& f, tensor<T> const& x)
{
    auto const g = gradient_of(f, x, as_it_is);
    auto const expected = gradient_of(f, x, copied);
    auto const scale = static_cast<double>(amax(abs(expected)).item());
    BOOST_TEST(scale > 0);
    auto const distance = static_cast<double>(amax(abs(g - expected)).item());
    BOOST_TEST(distance <= 8 * scale * static_cast<double>(std::numeric_limits<T>::epsilon()));
}

auto const three_points = [](auto const& x, auto const& select) {
    auto const n = static_cast<std::ptrdiff_t>(x.size());
    tensor left = select(view(x, range(0, n - 2)));
    tensor middle = select(view(x, range(1, n - 1)));
    tensor right = select(view(x, range(2, n)));
    return as_tensor(middle + 0.1f * (left - 2 * middle + right * middle));
};

auto const five_points = [](auto const& x, auto const& select) {
    auto const rows = static_cast<std::ptrdiff_t>(x.shape(0));
    auto const columns = static_cast<std::ptrdiff_t>(x.shape(1));
    auto const within = range(1, rows - 1);
    tensor middle = select(view(x, within, range(1, columns - 1)));
    tensor west = select(view(x, within, range(0, columns - 2)));
    tensor east = select(view(x, within, range(2, columns)));
    tensor north = select(view(x, range(0, rows - 2), range(1, columns - 1)));
    tensor south = select(view(x, range(2, rows), range(1, columns - 1)));
    return as_tensor(0.5f * middle + 0.125f * (west * east + north + south));
};

// Every second element, forwards and backwards: the two go through the array in opposite ways.
auto const opposite_ways = [](auto const& x, auto const& select) {
    auto const n = static_cast<std::ptrdiff_t>(x.size());
    tensor even = select(view(x, range(0, n - 1, 2)));
    tensor odd = select(flip(view(x, range(1, n, 2))));
    tensor all_back = select(view(flip(x), range(0, n - 1, 2)));
    return as_tensor(even * odd + all_back * 0.5f);
};

// Of a transpose, whose rows are columns; and a row beside them, which broadcasts.
auto const columns_and_a_row = [](auto const& x, auto const& select) {
    tensor across = transpose(x);
    auto const rows = static_cast<std::ptrdiff_t>(across.shape(0));
    tensor first = select(view(across, range(0, rows - 1)));
    tensor second = select(view(across, range(1, rows)));
    tensor row = select(view(x, all(), 0));
    return as_tensor(first * second + row);
};

// The whole has adjoints of its own, before and after, and a part has a part.
auto const among_others = [](auto const& x, auto const& select) {
    auto const n = static_cast<std::ptrdiff_t>(x.size());
    tensor part = select(view(x, range(1, n - 1)));
    tensor whole = x * x;
    tensor inner = select(view(part, range(1, n - 3)));
    tensor beside = select(view(whole, range(3, n - 1)));
    tensor product = inner * beside + part.size();
    return as_tensor(product * inner + view(x, range(0, n - 4)));
};

template <class T>
void expect_all_gradients()
{
    auto const block = block_length<T>;
    for (auto const n : {std::size_t{7}, block, 2 * block + 2, 2 * block + 3, 5 * block + 11}) {
        auto const x = random::uniform<T>({n}, -1, 1);
        expect_gradient(three_points, x);
        expect_gradient(opposite_ways, tensor<T>(random::uniform<T>({2 * n}, -1, 1)));
        expect_gradient(among_others, x);
    }
    for (auto const& shape : std::vector<std::vector<std::size_t>>{
             {3, 3}, {40, 60}, {3, 4000}, {3000, 3}, {80, 80}, {200, 300}}) {
        auto const x = random::uniform<T>(shape, -1, 1);
        expect_gradient(five_points, x);
        expect_gradient(columns_and_a_row, x);
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(adjoints_of_parts_of_doubles_are_those_of_their_copies)
{
    expect_all_gradients<double>();
}

BOOST_AUTO_TEST_CASE(adjoints_of_parts_of_floats_are_those_of_their_copies)
{
    expect_all_gradients<float>();
}

BOOST_AUTO_TEST_CASE(pieces_of_the_index_space_with_one_between_them_have_no_place_in_common)
{
    auto const whole = zeros<double>({40, 9});
    for (auto const& offsets : std::vector<std::vector<std::ptrdiff_t>>{
             {0}, {0, 1, 2}, {10, 0, 20}, {9, 10, 11, 1, 19}}) {
        std::vector<adjoint_target> targets;
        for (auto const offset : offsets) {
            targets.push_back(
                {.body = &whole.body(),
                 .what = adjoint_target::kind::part,
                 .axes = {38, 7},
                 .strides = {9, 1},
                 .offset = offset});
        }
        overlapping_parts parts;
        for (auto const& target : targets) {
            parts.add(target);
        }
        auto const length = parts.reach + 1;
        BOOST_TEST(parts.separated_by(length));
        BOOST_TEST(!parts.separated_by(parts.reach));
        // The last place of a piece by any part, and the first one of the next but one.
        auto const place = [](adjoint_target const& target, std::size_t i) {
            return target.offset + static_cast<std::ptrdiff_t>(9 * (i / 7) + i % 7);
        };
        for (std::size_t end = length; end + length < 38 * 7; end += length) {
            for (auto const& a : targets) {
                for (auto const& b : targets) {
                    BOOST_TEST(place(a, end - 1) < place(b, end + length));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(parts_that_lead_through_an_array_in_different_ways_have_to_wait_for_each_other)
{
    auto const whole = zeros<double>({12});
    adjoint_target forwards{
        .body = &whole.body(), .what = adjoint_target::kind::part, .axes = {6}, .strides = {1}};
    auto other = forwards;
    for (std::ptrdiff_t const stride : {2, -1, 0}) {
        other.strides = {stride};
        overlapping_parts both;
        both.add(forwards);
        both.add(other);
        BOOST_TEST(!both.separated_by(1000));
    }
    overlapping_parts backwards;
    other.strides = {-1};
    backwards.add(other);
    BOOST_TEST(!backwards.separated_by(1000));
}

BOOST_AUTO_TEST_CASE(adjoints_of_overlapping_parts_have_the_same_bits_for_every_number_of_threads)
{
    threads_as_before const guard;
    auto const line = random::uniform({300'002}, -1, 1);
    auto const narrow = random::uniform({1500, 202}, -1, 1);
    auto const wide = random::uniform({5, 60'000}, -1, 1); // parts lie further apart than a chunk
    std::vector<std::function<tensor<double>()>> const gradients{
        [&] { return gradient_of(three_points, line, as_it_is); },
        [&] { return gradient_of(opposite_ways, line, as_it_is); },
        [&] { return gradient_of(five_points, narrow, as_it_is); },
        [&] { return gradient_of(five_points, wide, as_it_is); },
        [&] { return gradient_of(columns_and_a_row, narrow, as_it_is); }};
    for (auto const& gradient : gradients) {
        set_num_threads(1);
        auto const alone = gradient();
        for (std::size_t const threads : {2, 3}) {
            set_num_threads(threads);
            for (int k = 0; k < 5; ++k) {
                BOOST_TEST(same_bits(gradient(), alone));
            }
        }
    }
    expect_gradient(three_points, line);
    expect_gradient(five_points, narrow);
    expect_gradient(five_points, wide);
}

BOOST_AUTO_TEST_CASE(a_part_can_be_a_source_itself_and_its_whole_beside_it)
{
    auto const x = random::uniform({3000}, -1, 1);
    auto tape = create_tape();
    tensor part = view(x, range(10, 2010));
    tensor other = view(x, range(0, 2000));
    tensor loss = sum(part * other);
    auto const [of_x, of_part] = grad(tape, loss, wrt(x, part));
    BOOST_TEST(all(of_part == other).item());
    tensor const zero = zeros<double>({3000});
    tensor const expected = set(zero, range(10, 2010), other) + set(zero, range(0, 2000), part);
    BOOST_TEST(all(of_x == expected).item());
}

BOOST_AUTO_TEST_CASE(a_persistent_tape_and_a_replay_give_the_same_adjoints_of_parts_again)
{
    auto const x = random::uniform({4000}, -1, 1);
    auto const f = [](tensor<double> const& of) {
        return as_tensor(sum(square(three_points(of, as_it_is))));
    };
    tensor<double> first;
    {
        auto tape = create_tape({.persistent = true});
        tensor loss = f(x);
        first = grad(tape, loss, x);
        BOOST_TEST(same_bits(grad(tape, loss, x), first));
    }
    auto again = replay(f);
    for (int k = 0; k < 3; ++k) {
        BOOST_TEST(same_bits(std::get<0>(again.value_and_grad(x).gradients), first));
    }
}

BOOST_AUTO_TEST_CASE(adjoints_of_parts_can_be_derived_again)
{
    auto const x = random::uniform({2500}, -1, 1);
    auto const v = random::uniform({2500}, -1, 1);
    auto const f = [](tensor<double> const& of) {
        return as_tensor(sum(sin(three_points(of, as_it_is))));
    };
    auto const h = 1e-5;
    tensor const product = hvp(f, x, v);
    tensor const difference =
        (gradient(f, tensor<double>(x + h * v)) - gradient(f, tensor<double>(x - h * v))) / (2 * h);
    BOOST_TEST(amax(abs(product - difference)).item() < 1e-8);
}
