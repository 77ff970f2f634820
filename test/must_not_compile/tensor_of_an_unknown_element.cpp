// error: xgrad: a tensor holds double, float, bool, std::int32_t or std::int64_t
#include <xgrad/xgrad.hpp>

int main()
{
    xgrad::tensor<char> const x;
}
