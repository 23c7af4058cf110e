# The Debian package: `cpack -G DEB` in the build folder gives
# tocsin_VERSION_ARCH.deb.  What it depends on is read off the programs by
# dpkg-shlibdeps; what is older than the floors below has holes that are known
# (docs/decisions/version-floors.md).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tocsin)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "alarm daemon for public feeds and own school sites")
set(CPACK_PACKAGE_DESCRIPTION
"Polls feeds and pages, matches what is new against watch rules, groups what
belongs to one event into an incident, and tells the officials on call through
chat groups, mail and webhooks.  Comes with a console in Chinese and English,
checks of the bureau's own school sites, and shipped rules about duty of care.")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "tocsin maintainers <tocsin@localhost>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.36-9+deb12u14), libcurl4 (>= 7.88.1-10+deb12u15), libevent-2.1-7 (>= 2.1.12-stable-8+deb12u1), libpcre2-16-0 (>= 10.42-1+deb12u2), libxml2 (>= 2.9.14+dfsg-1.3~deb12u6), libsqlite3-0 (>= 3.40.1-2+deb12u2), adduser | systemd, ca-certificates, tzdata, poppler-data")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "systemd, bash-completion")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/systemd/package/postinst
  ${CMAKE_SOURCE_DIR}/systemd/package/prerm
  ${CMAKE_SOURCE_DIR}/systemd/package/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
include(CPack)
