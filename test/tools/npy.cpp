#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

using namespace xgrad;

namespace {
// Written by NumPy 1.24; what they hold stands in the tests.
std::string data(std::string const& name)
{
    return XGRAD_DATA_DIRECTORY "/" + name;
}

// A file of its own for every use, gone afterwards.
class temporary_file
{
public:
    temporary_file()
        : path_((std::filesystem::temp_directory_path() /
                 ("xgrad_npy_" + std::to_string(std::random_device()()) + ".tmp"))
                    .string())
    {}

    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;

    ~temporary_file() { std::remove(path_.c_str()); }

    std::string const& path() const { return path_; }

    void write(std::string const& bytes) const
    {
        std::ofstream(path_, std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

private:
    std::string path_;
};

std::string bytes_of(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

template <class T>
bool same(tensor<T> const& a, tensor<T> const& b)
{
    return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

// That `f` throws a value_error whose text holds all of `words`.
template <class F, class... W>
void refused(F&& f, W const&... words)
{
    try {
        f();
        BOOST_ERROR("nothing was thrown");
    } catch (value_error const& e) {
        std::string const text = e.what();
        for (std::string const& word : {std::string(words)...}) {
            BOOST_TEST(text.find(word) != text.npos, '"' << text << "\" lacks " << word);
        }
    }
}

template <class T = double, class... W>
void file_refused(std::string const& name, W const&... words)
{
    refused([&] { load_npy<T>(data(name)); }, "load_npy", name, words...);
}

// A .npy file of version 1 with this dictionary, and elements.
std::string npy(std::string const& dictionary, std::string const& elements)
{
    return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(dictionary.size() & 0xff) +
        static_cast<char>(dictionary.size() >> 8) + dictionary + elements;
}

tensor<double> quarters()
{
    return constant({{-0.5, -0.25, 0.}, {0.25, 0.5, 0.75}});
}
} // namespace

BOOST_AUTO_TEST_CASE(files_of_numpy_are_read_in_any_version_order_and_byte_order)
{
    for (auto const* name : {"f8", "f8_fortran", "f4_big_endian", "version_2", "version_3"}) {
        BOOST_TEST(same(load_npy(data(name + std::string(".npy"))), quarters()), name);
    }
    BOOST_TEST(same(load_npy<float>(data("f8.npy")), load_npy<float>(data("f4_big_endian.npy"))));
    BOOST_TEST(load_npy(data("scalar.npy")).item() == 2.5);
    BOOST_TEST(load_npy(data("scalar.npy")).dimension() == 0u);
    BOOST_TEST((load_npy(data("empty.npy")).shape() == std::vector<std::size_t>{2, 0, 3}));
}

BOOST_AUTO_TEST_CASE(integers_and_truth_values_become_the_type_that_is_asked_for)
{
    BOOST_TEST(same(
        load_npy<std::int32_t>(data("i2_big_endian.npy")), constant({-32768, -1, 0, 1, 32767})));
    BOOST_TEST(same(load_npy(data("u1.npy")), constant({{0.}, {128.}, {255.}})));
    auto const large = std::int64_t{1} << 62;
    BOOST_TEST(same(
        load_npy<std::int64_t>(data("i8.npy")),
        constant({-large - 1, std::int64_t{-1}, large + 1})));
    BOOST_TEST(same(load_npy<bool>(data("b1.npy")), constant({true, false, true})));
    BOOST_TEST(same(load_npy<float>(data("b1.npy")), constant({1.f, 0.f, 1.f})));
}

BOOST_AUTO_TEST_CASE(a_value_that_the_type_does_not_hold_is_refused)
{
    file_refused<std::int32_t>("i8.npy", "-4611686018427387905", "int32", "as double");
    file_refused<std::int32_t>("f8.npy", "-0.5", "int32");
    file_refused<bool>("u1.npy", "128", "bool");
    temporary_file const file;
    save_npy(file.path(), constant({0., std::numeric_limits<double>::quiet_NaN()}));
    refused([&] { load_npy<std::int64_t>(file.path()); }, "nan", "int64");
    save_npy(file.path(), constant(0x1p63));
    refused([&] { load_npy<std::int64_t>(file.path()); }, "int64");
    save_npy(file.path(), constant(-0x1p63));
    BOOST_TEST(
        load_npy<std::int64_t>(file.path()).item() == std::numeric_limits<std::int64_t>::min());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_what_numpy_writes)
{
    temporary_file const file;
    for (auto const* name : {"f8.npy", "scalar.npy", "empty.npy"}) {
        save_npy(file.path(), load_npy(data(name)));
        BOOST_TEST((bytes_of(file.path()) == bytes_of(data(name))), name);
    }
    save_npy(file.path(), load_npy<std::int64_t>(data("i8.npy")));
    BOOST_TEST((bytes_of(file.path()) == bytes_of(data("i8.npy"))));
    save_npy(file.path(), load_npy<bool>(data("b1.npy")));
    BOOST_TEST((bytes_of(file.path()) == bytes_of(data("b1.npy"))));
}

BOOST_AUTO_TEST_CASE(expressions_views_and_special_values_survive_a_file)
{
    temporary_file const file;
    auto const x = quarters();
    save_npy(file.path(), exp(x) * 2.);
    BOOST_TEST(same(load_npy(file.path()), tensor(exp(x) * 2.)));
    save_npy(file.path(), transpose(x));
    BOOST_TEST(same(load_npy(file.path()), transpose(x)));
    save_npy(file.path(), xt::xarray<float>{1.f, 2.f});
    BOOST_TEST(same(load_npy<float>(file.path()), constant({1.f, 2.f})));
    save_npy(file.path(), constant({-0., 1 / 0., std::nan("")}));
    auto const special = load_npy(file.path());
    BOOST_TEST(std::signbit(special(0)));
    BOOST_TEST(std::isinf(special(1)));
    BOOST_TEST(std::isnan(special(2)));
}

BOOST_AUTO_TEST_CASE(archives_of_numpy_are_read_and_ours_are_read_back)
{
    auto const arrays = load_npz(data("arrays.npz"));
    BOOST_TEST(arrays.size() == 4u);
    BOOST_TEST(same(arrays.at("weights"), quarters()));
    BOOST_TEST(same(arrays.at("labels"), constant({3., 1., 2.})));
    BOOST_TEST(same(arrays.at("mask"), constant({1., 0.})));
    BOOST_TEST(arrays.at("gr\303\266\303\237e").item() == 1.5);

    temporary_file const file;
    save_npz(file.path(), {{"w", quarters()}, {"n", constant({1, 2})}, {"y", 2. * quarters()}});
    auto const read = load_npz(file.path());
    BOOST_TEST(read.size() == 3u);
    BOOST_TEST(same(read.at("y"), tensor(2. * quarters())));
    BOOST_TEST(same(load_npz<float>(file.path()).at("n"), constant({1.f, 2.f})));
    save_npz(file.path(), read);
    BOOST_TEST(same(load_npz(file.path()).at("w"), quarters()));
    save_npz(file.path(), std::map<std::string, tensor<double>>());
    BOOST_TEST(load_npz(file.path()).empty());
}

BOOST_AUTO_TEST_CASE(a_missing_file_a_directory_and_another_kind_of_file_are_refused_by_name)
{
    file_refused("nothing.npy", "cannot be opened", "No such file", "check the path");
    file_refused("", "cannot be");
    file_refused("arrays.npz", "load_npz");
    file_refused("../meson.build", "not a .npy file", "np.save");
    refused([] { load_npz(data("f8.npy")); }, "load_npz", "f8.npy", "load_npy reads it");
    refused([] { load_npz(data("../meson.build")); }, "meson.build", "no archive");
    refused([] { save_npy(data("no/such/folder.npy"), constant(1.)); }, "save_npy", "folder.npy");
    refused([] { save_npz("/dev/full", {{"x", zeros({100})}}); }, "save_npz", "disk full");
}

BOOST_AUTO_TEST_CASE(what_no_tensor_holds_is_refused_with_the_way_out)
{
    file_refused("c16.npy", "'<c16'", "astype");
    file_refused("text.npy", "'<U2'", "astype");
    file_refused("records.npy", "records", "each field");
    refused(
        [] { load_npz(data("compressed.npz")); },
        "compressed.npz",
        "entry \"weights.npy\"",
        "np.savez instead of np.savez_compressed");
    temporary_file const file;
    refused([&] { save_npz(file.path(), {{"x", ones({1})}, {"x", ones({1})}}); }, "two arrays");
    refused(
        [&] { save_npy(file.path(), ones(std::vector<int>(65, 1))); }, "65 axes", "64", "reshape");
}

BOOST_AUTO_TEST_CASE(a_damaged_header_is_refused_with_what_is_wrong)
{
    temporary_file const file;
    auto const header_refused = [&](std::string const& dictionary, auto const&... words) {
        file.write(npy(dictionary, std::string(8, '\0')));
        refused([&] { load_npy(file.path()); }, file.path(), words...);
    };
    header_refused("", "no '{'");
    header_refused("{'descr': '<f8', 'shape': ()}", "three keys");
    header_refused("{'descr': '<f8', 'descr': '<f8'}", "unknown key \"descr\"");
    header_refused("{'descr", "quotation without end");
    header_refused("{'descr': '<f8', 'fortran_order': Yes", "neither True nor False");
    header_refused("{'descr': '<f8', 'fortran_order': True, 'shape': (-1,)}", "no number");
    header_refused("{'descr': '<f8', 'fortran_order': True, 'shape': (1", "no ')'");
    header_refused(
        "{'descr': '<f8', 'fortran_order': True, 'shape': (99999999999999999999,)}", "length");
    header_refused(
        "{'descr': '<f8', 'fortran_order': True, 'shape': (0, 1099511627776, 1099511627776)}",
        "beyond all memory");
    header_refused(
        "{'descr': '<f8', 'fortran_order': True, 'shape': (2,)}", "cut off", "{2}", "8 bytes");
    header_refused("{'descr': '<f0', 'fortran_order': True, 'shape': ()}", "'<f0'");
    file.write("\x93NUMPY\x09");
    refused([&] { load_npy(file.path()); }, "ends too early");
    file.write(std::string("\x93NUMPY\x09\0", 8));
    refused([&] { load_npy(file.path()); }, "version 9");
    // as Python 2 wrote it, and in another arrangement
    file.write(
        npy("{\"shape\":(1L,),\n\"fortran_order\":False,\"descr\":\"<f8\"}", std::string(8, '\0')));
    BOOST_TEST(load_npy(file.path())(0) == 0.);
}

BOOST_AUTO_TEST_CASE(no_truncated_or_altered_file_is_read_beyond_its_end)
{
    temporary_file const file;
    std::size_t refusals = 0;
    // An error that is ours, or some value: never anything else.
    auto const attempt = [&](bool archive, std::string const& bytes) {
        file.write(bytes);
        try {
            archive ? void(load_npz(file.path())) : void(load_npy(file.path()));
            return true;
        } catch (value_error const& e) {
            BOOST_REQUIRE(std::string(e.what()).find(file.path()) != std::string::npos);
            ++refusals;
            return false;
        }
    };
    std::mt19937 random(1);
    for (auto const* name : {"f8_fortran.npy", "i2_big_endian.npy", "arrays.npz"}) {
        auto const whole = bytes_of(data(name));
        bool const archive = std::string(name).ends_with("npz");
        for (std::size_t length = 0; length < whole.size(); ++length) {
            BOOST_REQUIRE(!attempt(archive, whole.substr(0, length)));
        }
        for (int round = 0; round < 3000; ++round) {
            auto altered = whole;
            for (auto flips = random() % 3 + 1; flips > 0; --flips) {
                auto& byte = altered[random() % altered.size()];
                byte = static_cast<char>(byte ^ 1 << random() % 8);
            }
            attempt(archive, altered);
        }
    }
    BOOST_TEST(refusals > 3000u);
    // A bit of an element in an archive is seen by the CRC.
    auto altered = bytes_of(data("arrays.npz"));
    altered[altered.find("PK\3\4", 4) - 1] ^= 1;
    file.write(altered);
    refused([&] { load_npz(file.path()); }, "weights.npy", "CRC-32");
}
