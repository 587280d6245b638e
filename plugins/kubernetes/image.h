/* SPDX-License-Identifier: Apache-2.0
 *
 * References to images: what a pod asks for ("registry:5000/shop/web:1.2") and what runs,
 * as the container runtime reports it ("docker-pullable://...", "docker://sha256:...",
 * "docker.io/library/nginx@sha256:...").
 */
#ifndef KUBE_IMAGE_H
#define KUBE_IMAGE_H

/* Parts that are not there are "". */
struct kube_image_name {
    char host[256];
    char port[6];
    char name[512];
    char tag[129];
    char digest[256];
};

/* [HOST[:PORT]/]NAME[:TAG][@DIGEST]. 0, or -1 when text is none or a part is too long. */
int kube_image_parse(struct kube_image_name *out, const char *text);

/* What a container runs. image: as the pod asks; image_id: as the runtime reports. Host, name and
 * digest come from image_id when it has a name, else from image; the tag always from image. -1
 * when image_id is empty (not pulled yet) or neither can be read. */
int kube_image_running(struct kube_image_name *out, const char *image, const char *image_id);

/* "HOST:PORT" or "HOST"; "" without a host. out holds at least 264 bytes. */
void kube_image_registry(char *out, unsigned long size, const struct kube_image_name *image);

#endif
