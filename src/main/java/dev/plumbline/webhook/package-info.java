/**
 * Webhooks: small signed documents to addresses that callers name, kept until they are taken or given up. Open {@code
 * Webhooks} first: features hand notices to it within their own transaction. {@code Courier} carries them; {@code Addresses}
 * is why nobody is sent to a machine that only we can reach.
 */
@NullMarked
package dev.plumbline.webhook;

import org.jspecify.annotations.NullMarked;
