#include <boost/test/unit_test.hpp>

#include <support/oracle.hpp>
#include <xgrad/xgrad.hpp>

#include <sys/mman.h>

using namespace xgrad;

namespace {
tensor<double> from(oracle::array const& a)
{
    return constant(a.data, a.shape);
}
} // namespace

BOOST_AUTO_TEST_CASE(matrix_products_match_the_oracle)
{
    int count = 0;
    for (auto const& r : oracle::load("linalg")) {
        if (r.op != "matmul") {
            continue;
        }
        ++count;
        auto const a = from(r.inputs[0]);
        auto const b = from(r.inputs[1]);
        auto tape = create_tape();
        auto const y = matmul(a, b);
        auto const wrong = oracle::compare_output(oracle::read(y), r);
        BOOST_TEST(!wrong, wrong.value_or(""));
        auto const [ga, gb] = grad(tape, y, wrt(a, b), from(*r.output_gradients[0]));
        auto const off_a = oracle::compare_gradient(oracle::read(ga), r, 0);
        auto const off_b = oracle::compare_gradient(oracle::read(gb), r, 1);
        BOOST_TEST(!off_a, off_a.value_or(""));
        BOOST_TEST(!off_b, off_b.value_or(""));
    }
    BOOST_TEST(count > 3);
}

BOOST_AUTO_TEST_CASE(strided_operands_give_the_same_product)
{
    random::seed(2);
    auto const a = random::normal({7, 5});
    auto const b = random::normal({5, 3});
    auto const expected = matmul(a, b);
    auto const same = [&](tensor<double> const& y) {
        return amax(abs(y - expected)).item() < 1e-14;
    };
    BOOST_TEST(same(transpose(matmul(transpose(b), transpose(a)))));
    auto const wide = random::normal({7, 10});
    auto const every_second = view(wide, all(), range(0, 10, 2));
    BOOST_TEST(
        (amax(abs(matmul(every_second, b) - matmul(tensor<double>(every_second + 0), b))).item() <
         1e-14));
    auto const flipped = view(a, range(placeholders::_, placeholders::_, -1));
    BOOST_TEST((matmul(flipped, b)(0, 0) == matmul(a, b)(6, 0)));
}

BOOST_AUTO_TEST_CASE(products_of_floats_and_mixed_types_promote)
{
    auto const f = constant({{1.f, 2.f}, {3.f, 4.f}});
    auto const i = constant({{1, 0}, {0, 1}});
    BOOST_TEST((std::is_same_v<decltype(matmul(f, f)), tensor<float>>));
    BOOST_TEST(matmul(f, f)(1, 1) == 22.f);
    BOOST_TEST((std::is_same_v<decltype(matmul(i, i)), tensor<double>>));
    BOOST_TEST((std::is_same_v<decltype(matmul(f, eye(2))), tensor<double>>));
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_fit_are_refused_with_both_shapes)
{
    BOOST_CHECK_EXCEPTION(matmul(ones({2, 3}), ones({2, 3})), shape_error, [](error const& e) {
        return std::string(e.what()).starts_with("matmul: shapes {2, 3} and {2, 3} do not fit");
    });
    BOOST_CHECK_THROW(matmul(ones({}), ones({2})), shape_error);
    BOOST_CHECK_THROW(matmul(ones({2, 2, 3}), ones({3, 3, 2})), shape_error);
}

BOOST_AUTO_TEST_CASE(rows_may_lie_further_apart_than_blas_counts)
{
    // Of which only the pages that are written exist.
    auto const apart = (std::size_t{1} << 31) + 8;
    auto const bytes = 2 * apart * sizeof(double);
    void* const memory = ::mmap(
        nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        BOOST_TEST_MESSAGE("no room for so many addresses");
        return;
    }
    auto* const elements = static_cast<double*>(memory);
    tensor<double> const near = random::uniform({2, 16}, -1, 1);
    for (std::size_t i = 0; i < 16; ++i) {
        elements[i] = near(0, i);
        elements[apart + i] = near(1, i);
    }
    {
        tensor<double> const whole = adapt(elements, {std::size_t{2}, apart});
        tensor<double> const far = view(whole, all(), range(0, 16));
        auto const w = random::uniform({16, 9}, -1, 1);
        auto const v = random::uniform({16, 1}, -1, 1);
        BOOST_TEST(amax(abs(matmul(far, w) - matmul(near, w))).item() < 1e-14);
        BOOST_TEST(amax(abs(matmul(far, v) - matmul(near, v))).item() < 1e-14);
    }
    ::munmap(memory, bytes);
}

BOOST_AUTO_TEST_CASE(empty_inner_axes_give_zeros)
{
    auto const y = matmul(ones({2, 0}), ones({0, 3}));
    BOOST_TEST(y.size() == 6u);
    BOOST_TEST(sum(abs(y)).item() == 0.);
}

BOOST_AUTO_TEST_CASE(the_gradient_of_a_sum_of_a_product_is_made_of_sums)
{
    auto const a = random::uniform({3, 1, 40, 20}, -1, 1);
    auto const b = random::uniform({2, 20, 30}, -1, 1);
    for (bool const averaged : {false, true}) {
        auto t = create_tape();
        tensor const c = matmul(a, b);
        auto const [ga, gb] = grad(t, averaged ? mean(c) : sum(c), wrt(a, b));
        auto const scale = averaged ? 1. / static_cast<double>(c.size()) : 1.;
        // ∂a[.., k] = Σⱼ b[k, j], ∂b[k, ..] = Σᵢ a[i, k], summed over what was broadcast.
        tensor const rows = scale * broadcast(sum(sum(b, -1), 0), {3, 1, 40, 20});
        tensor const columns = scale * broadcast(expand_dims(sum(a, {0, 1, 2}), 1), {2, 20, 30});
        BOOST_TEST(amax(abs(ga - rows)).item() < 1e-13);
        BOOST_TEST(amax(abs(gb - columns)).item() < 1e-13);
    }
    auto t = create_tape();
    auto const m = random::uniform({7, 20}, -1, 1);
    auto const v = random::uniform({20}, -1, 1);
    tensor const l = 2. * sum(matmul(m, v));
    auto const [gm, gv] = grad(t, l, wrt(m, v));
    BOOST_TEST(amax(abs(gm - 2. * v)).item() < 1e-14);
    BOOST_TEST(amax(abs(gv - 2. * sum(m, 0))).item() < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_product_of_repeated_rows_or_columns_has_repeated_ones)
{
    auto const row = random::uniform({20}, -1, 1);
    auto const b = random::uniform({20, 30}, -1, 1);
    tensor const rows = broadcast(row, {5, 20});
    tensor const columns = transpose(tensor<double>(broadcast(row, {6, 20})));
    tensor const left = matmul(rows, b);
    tensor const right = matmul(transpose(b), columns);
    BOOST_TEST(left.shape() == (xgrad::shape_type{5, 30}));
    BOOST_TEST(right.shape() == (xgrad::shape_type{30, 6}));
    BOOST_TEST(amax(abs(left - matmul(row, b))).item() < 1e-14);
    BOOST_TEST(amax(abs(right - expand_dims(matmul(transpose(b), row), 1))).item() < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_product_with_a_vector_meets_others_by_its_own_shape)
{
    // It is computed as one of matrices, whose shape it then drops.
    tensor const product = matmul(ones({3, 4}), ones({4}));
    tensor const table = product + ones({3, 1});
    BOOST_TEST(table.shape() == (xgrad::shape_type{3, 3}));
    auto twice = replay([](auto const& x) { return 2. * x; });
    BOOST_TEST(twice(ones({3, 1})).shape() == (xgrad::shape_type{3, 1}));
    BOOST_TEST(twice(product).shape() == (xgrad::shape_type{3}));
}
